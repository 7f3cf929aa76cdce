package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	cli, provider, uri, registry, table string
	rounds, engineRounds, clients       int
	// only chooses among the races by their names.
	only string
	// faults is set for races with faults. seed decides which are drawn; again is the round whose faults every round draws, 0
	// for none.
	faults bool
	seed   uint64
	again  int
	// requestTimeout is how long a request may take in races with faults, and so for how long after a lost answer a client
	// expects that its request may take effect.
	requestTimeout time.Duration
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "race:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	given, err := parseOptions(args)
	if err != nil {
		return err
	}
	if given.faults {
		fmt.Fprintf(os.Stderr, "race: %s: faults are drawn with -seed %d\n", given.registry, given.seed)
	}
	course, err := newCourse(ctx, given)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, course.close()) }()
	tallies, err := course.runAll(ctx)
	if written := writeTable(given.table, tallies); written != nil {
		err = errors.Join(err, written)
	}
	for _, one := range tallies {
		err = errors.Join(err, one.problem())
	}
	return err
}

func parseOptions(args []string) (options, error) {
	var given options
	flags := flag.NewFlagSet("race", flag.ContinueOnError)
	flags.StringVar(&given.cli, "terraform", "terraform", "Terraform or OpenTofu: a `PATH` or a name to look up")
	flags.StringVar(&given.provider, "provider", "bin/terraform-provider-mlregistry", "`PATH` of the built provider")
	flags.StringVar(&given.uri, "uri", os.Getenv("MLREGISTRY_TEST_URI"),
		"address of an MLflow server instead of the embedded registry; MLREGISTRY_TEST_URI is the default")
	flags.StringVar(&given.registry, "registry", "embedded", "what the table calls the registry")
	flags.StringVar(&given.table, "table", "", "`FILE` to append the table to, instead of standard output")
	flags.IntVar(&given.rounds, "rounds", 10, "rounds of each race of Terraform runs")
	flags.IntVar(&given.engineRounds, "engine-rounds", 100, "rounds of each race of engines or scripts")
	flags.IntVar(&given.clients, "clients", 4, "how many promote at once")
	flags.StringVar(&given.only, "only", ".", "hold only the races whose names match `REGEXP`")
	flags.BoolVar(&given.faults, "faults", false, "let one or two faults happen in each round, and race registrations, too")
	flags.Uint64Var(&given.seed, "seed", rand.Uint64N(1_000_000), "draw the faults of this `NUMBER`; random by default")
	flags.IntVar(&given.again, "again", 0, "with -faults and -seed: every round draws the faults of round `NUMBER`")
	flags.DurationVar(&given.requestTimeout, "request-timeout", 2*time.Second,
		"with -faults: how long a request may take, and so how late it may take effect; whole seconds")
	if err := flags.Parse(args); err != nil {
		return given, err
	}
	switch {
	case flags.NArg() > 0:
		return given, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case given.requestTimeout < time.Second || given.requestTimeout%time.Second != 0:
		return given, errors.New("-request-timeout takes whole seconds")
	case given.clients < 2:
		return given, errors.New("a race needs two clients")
	}
	return given, nil
}
