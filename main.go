package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/filecopy"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/provider"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/serve"
)

// version is set by the linker for releases.
var version = "dev"

const address = "registry.terraform.io/mlregistry/mlregistry"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "terraform-provider-mlregistry:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		switch args[0] {
		case "serve":
			return serve.Run(ctx, args[1:], os.Stdout, os.Stderr)
		case "backup":
			return filecopy.Backup(ctx, args[1:], os.Stdout)
		case "restore":
			return filecopy.Restore(ctx, args[1:], os.Stdout)
		}
		stop()
	}
	flags := flag.NewFlagSet("terraform-provider-mlregistry", flag.ContinueOnError)
	debug := flags.Bool("debug", false, "serve the provider for a debugger, and print how Terraform reaches it")
	showVersion := flags.Bool("version", false, "print the version and exit")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "Usage: terraform-provider-mlregistry [-debug | -version]   started by Terraform\n"+
			"       terraform-provider-mlregistry serve [--help]          run the embedded registry as a server\n"+
			"       terraform-provider-mlregistry backup [--help]         copy the file of an embedded registry\n"+
			"       terraform-provider-mlregistry restore [--help]        put such a copy back")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp): // It has been printed.
		return nil
	case err != nil:
		return err
	}
	if *showVersion {
		fmt.Println(version)
		return nil
	}
	logged := tune(os.Environ()) || *debug
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	constructor, closeAll := provider.NewClosing(version)
	served := tf6server.Serve(address, func() tfprotov6.ProviderServer {
		// What goes on in the background when a request is through belongs into the log as well.
		return provider.Lean(providerserver.NewProtocol6(constructor())(), logged)
	}, options...)
	// Terraform has told the plugin to end, and kills it in two seconds.
	return errors.Join(served, closeAll())
}
