package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

const (
	ourWrites    = 1000   // of each kind, and as many fsyncs between them
	mlflowWrites = 40     // of each kind
	found        = 10_000 // versions that the search returns
	ourSearches  = 15
	mlflowTimes  = 3
	starts       = 15
)

func main() {
	provider := flag.String("provider", "", "the provider's program")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *provider, os.Getenv("MLREGISTRY_TEST_URI"), os.Getenv("MLREGISTRY_TEST_STORE_FILE"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "embeddedbench:", err)
		os.Exit(1)
	}
}

// figures are medians.
type figures struct {
	create, transition, search time.Duration
	// health is a request that does nothing: what HTTP itself takes between two processes.
	health time.Duration
}

func run(ctx context.Context, provider, mlflowURI, mlflowFile string) (err error) {
	if provider == "" || mlflowURI == "" || mlflowFile == "" {
		return errors.New("needs -provider, and MLREGISTRY_TEST_URI and MLREGISTRY_TEST_STORE_FILE of an MLflow server with SQLite")
	}
	folder, err := os.MkdirTemp(filepath.Dir(mlflowFile), "embedded")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	disk, err := openDisk(filepath.Join(folder, "bare"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, disk.close()) }()

	inside, err := measureInProcess(ctx, filepath.Join(folder, "inside.db"), disk)
	if err != nil {
		return err
	}
	served, started, err := measureServe(ctx, provider, filepath.Join(folder, "served.db"), disk)
	if err != nil {
		return err
	}
	mlflow, err := measureMLflow(ctx, mlflowURI, mlflowFile, disk)
	if err != nil {
		return err
	}
	printTable(inside, served, mlflow, disk.median(), started)
	return nil
}

func measureInProcess(ctx context.Context, path string, disk *disk) (result figures, err error) {
	opened, err := embedded.Open(path)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	c := client{&http.Client{Transport: embedded.Transport(opened)}, "http://embedded"}
	if result, err = c.writes(ctx, ourWrites, disk); err != nil {
		return result, err
	}
	if err = c.fill(ctx, found); err != nil {
		return result, err
	}
	result.search, err = c.searches(ctx, ourSearches)
	return result, err
}

func measureServe(ctx context.Context, provider, path string, disk *disk) (result figures, started time.Duration, err error) {
	server, _, err := startServe(ctx, provider, path)
	if err != nil {
		return result, 0, err
	}
	c := client{server.client, server.uri}
	if result, err = c.writes(ctx, ourWrites, disk); err == nil {
		err = c.fill(ctx, found)
	}
	if err == nil {
		result.search, err = c.searches(ctx, ourSearches)
	}
	if err == nil {
		result.health, err = c.bareAnswers(ctx, ourWrites)
	}
	if err = errors.Join(err, server.stop()); err != nil {
		return result, 0, err
	}
	var times []time.Duration
	for range starts {
		server, took, err := startServe(ctx, provider, path)
		if err != nil {
			return result, 0, err
		}
		if err := server.stop(); err != nil {
			return result, 0, err
		}
		times = append(times, took)
	}
	return result, median(times), nil
}

func measureMLflow(ctx context.Context, uri, file string, disk *disk) (figures, error) {
	c := client{&http.Client{}, uri}
	result, err := c.writes(ctx, mlflowWrites, disk)
	if err != nil {
		return result, err
	}
	if err := fillMLflow(ctx, file, found); err != nil {
		return result, err
	}
	result.search, err = c.searches(ctx, mlflowTimes)
	return result, err
}

func printTable(inside, served, mlflow figures, fsync, started time.Duration) {
	millis := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("\n%-34s %12s %12s %12s\n", "median, ms (a second)", "embedded:", "serve", "MLflow")
	row := func(name string, of func(figures) time.Duration) {
		fmt.Printf("%-34s", name)
		for _, each := range []figures{inside, served, mlflow} {
			fmt.Printf(" %12s", fmt.Sprintf("%.2f (%.0f)", millis(of(each)), float64(time.Second)/float64(of(each))))
		}
		fmt.Printf("   serve is %.0f times as fast\n", float64(of(mlflow))/float64(of(served)))
	}
	row("create a version", func(f figures) time.Duration { return f.create })
	row("transition that archives another", func(f figures) time.Duration { return f.transition })
	row("search that returns 10,000", func(f figures) time.Duration { return f.search })
	fmt.Printf("%-34s %12.2f   a create takes %.1f times that, served %.1f; a transition %.1f and %.1f\n", "bare fsync of 4 KiB, between them", millis(fsync),
		ratio(inside.create, fsync), ratio(served.create, fsync), ratio(inside.transition, fsync), ratio(served.transition, fsync))
	fmt.Printf("%-34s %12s %12.2f   an answer of serve over HTTP that does nothing\n", "GET /health", "", millis(served.health))
	fmt.Printf("%-34s %12s %12.2f\n", "start of serve to its first answer", "", millis(started))
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func median[T cmp.Ordered](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
