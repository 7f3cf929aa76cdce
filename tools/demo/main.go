package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// run reads the flags, prepares a stage and plays the story on it.
func run(ctx context.Context, args []string) (err error) {
	var given options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&given.cli, "terraform", "terraform", "Terraform or OpenTofu: a `PATH` or a name to look up")
	flags.StringVar(&given.provider, "provider", "bin/terraform-provider-mlregistry", "`PATH` of the built provider")
	flags.StringVar(&given.uri, "uri", "", "address of an MLflow server, such as http://127.0.0.1:5000, instead of the embedded registry")
	flags.BoolVar(&given.keep, "keep", false, "keep the scratch folder, and on a server the model")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	scene, err := newScene(ctx, given)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scene.close()) }()
	return scene.play(ctx)
}
