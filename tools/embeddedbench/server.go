package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// server is a running `serve`.
type server struct {
	command *exec.Cmd
	client  *http.Client
	uri     string
}

// startServe starts the server and returns how long it took until it had answered a request.
func startServe(ctx context.Context, provider, path string) (*server, time.Duration, error) {
	command := exec.CommandContext(ctx, provider, "serve", "--listen", "127.0.0.1:0", "--db", path)
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	start := time.Now()
	if err := command.Start(); err != nil {
		return nil, 0, err
	}
	started := &server{command: command, client: &http.Client{Transport: &http.Transport{}}}
	line, err := bufio.NewReader(output).ReadString('\n')
	_, uri, ok := strings.Cut(strings.TrimSpace(line), " on ")
	if err != nil || !ok {
		return nil, 0, fmt.Errorf("serve said %q: %w", line, err)
	}
	started.uri = uri
	c := client{started.client, uri}
	_, _, err = c.send(ctx, http.MethodGet, "registered-models/search", nil)
	return started, time.Since(start), err
}

// stop lets the server end in order.
func (s *server) stop() error {
	s.client.CloseIdleConnections()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.command.Wait()
}
