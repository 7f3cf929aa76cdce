package serve

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// options are the flags of the command.
type options struct {
	listen    string
	database  string
	tokenFile string
	token     string // the content of tokenFile; empty for none
}

const introduction = `Usage: terraform-provider-mlregistry serve [--listen HOST:PORT] [--db FILE] [--token-file FILE]

Serves the embedded model registry, one SQLite file, over HTTP with MLflow's registry REST API.
Point MLflow's client or this provider's tracking_uri at the address that it prints.
It stops at an interrupt, after the requests under way.

`

// parseOptions reads the arguments after "serve". It returns flag.ErrHelp after it has printed the help.
func parseOptions(args []string, stdout io.Writer) (options, error) {
	var given options
	var complaint bytes.Buffer
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(&complaint)
	flags.Usage = func() {}
	flags.StringVar(&given.listen, "listen", "127.0.0.1:5000",
		"`HOST:PORT` to listen on. Port 0 takes a free one. An address that other machines can reach needs --token-file.")
	flags.StringVar(&given.database, "db", "registry.db",
		"`FILE` that holds the registry. It is created with the first write; its folder must exist.")
	flags.StringVar(&given.tokenFile, "token-file", "",
		"`FILE` whose content every request must bring as a bearer token (MLFLOW_TRACKING_TOKEN). No token is asked for without it.")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		if _, err := io.WriteString(stdout, introduction); err != nil {
			return given, err
		}
		flags.PrintDefaults()
		return given, flag.ErrHelp
	case err != nil:
		return given, fmt.Errorf("serve: %w; --help explains the flags", err)
	case flags.NArg() > 0:
		return given, fmt.Errorf("serve: unexpected argument %q; --help explains the flags", flags.Arg(0))
	}
	return given, given.check()
}

// check refuses an address that other machines can reach unless there is a token.
func (o *options) check() error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return fmt.Errorf("serve: --listen %s is no HOST:PORT: %w", o.listen, err)
	}
	if o.tokenFile != "" {
		content, err := os.ReadFile(o.tokenFile)
		if err != nil {
			return fmt.Errorf("serve: --token-file: %w", err)
		}
		if o.token = strings.TrimSpace(string(content)); o.token == "" {
			return fmt.Errorf("serve: --token-file %s is empty: put a long random text into it", o.tokenFile)
		}
	}
	if !isLoopback(host) && o.token == "" {
		return fmt.Errorf("serve: --listen %s would let anyone who reaches this machine change the registry: "+
			"listen on 127.0.0.1, or give --token-file with a token that clients must bring", o.listen)
	}
	return nil
}

// isLoopback reports whether host can only be reached from this machine. No host means every address.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address := net.ParseIP(host)
	return address != nil && address.IsLoopback()
}
