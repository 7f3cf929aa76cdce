package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the command line and what make bench sets.
type options struct {
	terraform, provider, plain, meter, python string
	uri, results, plot                        string
	only                                      []string
	server                                    []int
	quick, requests                           bool
}

func run(ctx context.Context) error {
	o := options{uri: os.Getenv("MLREGISTRY_TEST_URI")}
	only := ""
	flag.StringVar(&o.terraform, "terraform", "terraform", "the Terraform CLI")
	flag.StringVar(&o.provider, "provider", "", "the provider, as released")
	flag.StringVar(&o.plain, "plain", "", "the provider of bench/plain")
	flag.StringVar(&o.meter, "meter", "", "the program of bench/meter")
	flag.StringVar(&o.python, "python", "", "a Python with MLflow's client")
	flag.StringVar(&o.results, "results", "", "where measurements are kept between runs, so that one table shows them all")
	flag.StringVar(&o.plot, "plot", "", "where to draw the plot; empty for none")
	flag.StringVar(&only, "only", "", "names of scenarios, separated by commas; empty for all")
	flag.BoolVar(&o.quick, "quick", false, "a tenth of everything, once: to try the benchmark, not to measure")
	flag.BoolVar(&o.requests, "requests", false, "print each request of each run to standard error")
	flag.Parse()
	if o.uri == "" {
		return errors.New("MLREGISTRY_TEST_URI is not set: run make bench")
	}
	for _, field := range strings.Fields(os.Getenv("MLREGISTRY_TEST_SERVER_PIDS")) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			return fmt.Errorf("MLREGISTRY_TEST_SERVER_PIDS: %w", err)
		}
		o.server = append(o.server, pid)
	}
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, path := range []*string{&o.provider, &o.plain, &o.meter} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	folder, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	bench, err := newBench(ctx, o, folder)
	if err != nil {
		return err
	}
	defer bench.close()
	return bench.run(ctx)
}

func (b *bench) run(ctx context.Context) error {
	results, err := loadResults(b.results, len(b.only) == 0)
	if err != nil {
		return err
	}
	for _, s := range scenarios(b.quick) {
		if len(b.only) > 0 && !slices.Contains(b.only, s.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", s.name)
		measured, err := s.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		results[s.name] = measured
		if err := results.save(b.results); err != nil {
			return err
		}
	}
	printTable(os.Stdout, results, scenarios(b.quick))
	if b.plot == "" {
		return nil
	}
	return drawPlot(b.plot, results)
}
