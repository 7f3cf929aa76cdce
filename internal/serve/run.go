package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

const (
	// maxBody and maxHeader bound a request in bytes. The registry has bounds of its own, which are smaller.
	maxBody   = 16 << 20
	maxHeader = 1 << 20
)

// limits say how long things may take.
type limits struct {
	header time.Duration // a client sends the header of a request
	read   time.Duration // and all of it
	write  time.Duration // a request is sent, waits for other processes that write, and its answer is taken
	idle   time.Duration // a connection is kept without a request
	stop   time.Duration // requests go on when the server is told to stop
}

var usualLimits = limits{
	header: 10 * time.Second, read: time.Minute, write: 3 * time.Minute, idle: 2 * time.Minute, stop: 10 * time.Second,
}

// Run serves the embedded registry until ctx ends, which is not an error. args are the arguments after
// "serve"; --help prints them to stdout and returns nil. When it listens it prints one line with the address
// to stdout, and then one structured line a request to stderr.
//
// It fails for a wrong argument, an address that can't be had, a file that can't be used (registry.ErrStorage),
// and an address beyond this machine without credentials.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return run(ctx, args, stdout, stderr, usualLimits)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer, within limits) (err error) {
	given, err := parseOptions(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	store, err := embedded.Open(given.database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()

	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", given.listen)
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	server := &http.Server{
		Handler:           protect(store, given, log),
		ReadHeaderTimeout: within.header,
		ReadTimeout:       within.read,
		WriteTimeout:      within.write,
		IdleTimeout:       within.idle,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.NewTextHandler(stderr, nil), slog.LevelWarn),
	}
	if _, err := fmt.Fprintf(stdout, "mlregistry: serving %s on http://%s\n", given.database, listener.Addr()); err != nil {
		return errors.Join(err, listener.Close())
	}
	if given.backup == "" {
		return serveUntil(ctx, server, listener, within.stop)
	}
	copying, stop := context.WithCancel(ctx)
	var copies sync.WaitGroup
	copies.Go(func() { copyAtTimes(copying, store, given.backup, given.backupEvery, log) })
	err = serveUntil(ctx, server, listener, within.stop)
	stop()
	copies.Wait()
	return errors.Join(err, copyOnce(context.WithoutCancel(ctx), store, given.backup))
}

// serveUntil serves until ctx ends and then lets the requests under way finish.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener, patience time.Duration) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return errors.Join(fmt.Errorf("serve: stopping: %w", err), server.Close())
	}
	return nil
}
