package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"time"
)

// server is the provider's own program serving an embedded registry over HTTP.
type server struct {
	address string

	command *exec.Cmd
}

const (
	// startPatience is how long the server may take to say where it listens.
	startPatience = 15 * time.Second
	// stopPatience is how long a program that was interrupted may take to end.
	stopPatience = 15 * time.Second
)

var servingLine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// startServer serves registry.db of a folder on a free port of this machine.
func startServer(ctx context.Context, provider, folder string) (*server, error) {
	command := exec.CommandContext(ctx, provider, "serve", "--listen", "127.0.0.1:0", "--db", "registry.db")
	command.Dir = folder
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopPatience
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w; make build makes the provider", err)
	}
	s := &server{command: command}
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
	if s.address = servingLine.FindString(line); s.address == "" {
		s.stop()
		return nil, fmt.Errorf("%s serve did not say where it listens, but %q", provider, line)
	}
	return s, nil
}

// stop ends the server and waits for it.
func (s *server) stop() {
	if s.command.Process.Signal(os.Interrupt) != nil {
		_ = s.command.Process.Kill() // No interrupts on this system, or it has ended already.
	}
	late := time.AfterFunc(stopPatience, func() { _ = s.command.Process.Kill() })
	defer late.Stop()
	_ = s.command.Wait() // How it ended is no part of the race.
}
