package outside

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// Server is the provider's own program serving an embedded registry over HTTP.
type Server struct {
	// Address is where it answers, such as http://127.0.0.1:41234.
	Address string

	command *exec.Cmd
}

const (
	// startPatience is how long the server may take to say where it listens.
	startPatience = 15 * time.Second
	// StopPatience is how long a program that was interrupted may take to end.
	StopPatience = 15 * time.Second
)

var servingLine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// StartServer serves registry.db of a folder on a free port of this machine.
func StartServer(ctx context.Context, provider, folder string) (*Server, error) {
	command := exec.CommandContext(ctx, provider, "serve", "--listen", "127.0.0.1:0", "--db", "registry.db")
	command.Dir = folder
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = StopPatience
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w; make build makes the provider", err)
	}
	s := &Server{command: command}
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		lines <- line
	}()
	var line string
	select {
	case line = <-lines:
	case <-time.After(startPatience):
	}
	if s.Address = servingLine.FindString(line); s.Address == "" {
		s.Stop()
		return nil, fmt.Errorf("%s serve did not say where it listens, but %q", provider, line)
	}
	return s, nil
}

// Stop ends the server and waits for it.
func (s *Server) Stop() {
	if s.command.Process.Signal(os.Interrupt) != nil {
		_ = s.command.Process.Kill() // No interrupts on this system, or it has ended already.
	}
	late := time.AfterFunc(StopPatience, func() { _ = s.command.Process.Kill() })
	defer late.Stop()
	_ = s.command.Wait() // How it ended is not what was asked.
}
