package serve

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// options are the flags of the command.
type options struct {
	listen       string
	database     string
	tokenFile    string
	basicFile    string
	allowedHosts string
	backup       string
	backupEvery  time.Duration

	credentials []credential // of the two files
}

const introduction = `Usage: terraform-provider-mlregistry serve [--listen HOST:PORT] [--db FILE]
         [--token-file FILE] [--basic-auth-file FILE] [--allowed-hosts NAME,...]
         [--backup FILE] [--backup-every DURATION]

Serves the embedded model registry, one SQLite file, over HTTP with MLflow's registry REST API.
Point MLflow's client (MLFLOW_TRACKING_URI) or this provider's tracking_uri at the address that it prints.

Several servers and Terraform runs may use one file at once. An answer to a write means that it is on the disk.
What is not of the registry, such as runs, experiments and artifacts, is answered with 404.

It answers requests to localhost, to IP addresses and to the names it is told, so that no web page can reach it
under a name of its own. It listens beyond this machine only with credentials, and does not encrypt: put a proxy
that speaks TLS in front of it there. What a web page of another site makes a browser send is refused. Requests are
bounded to 8 MiB; clients that take minutes to send or to receive are cut off.

With --backup it writes a copy of the registry at times and when it stops. The subcommands backup and restore write
one at once and put one back, also while this runs.

It writes one line a request to stderr, with method, path and status but without query, headers and body. At an
interrupt or SIGTERM it stops, after the requests under way.

`

// parseOptions reads the arguments after "serve". It returns flag.ErrHelp after it has printed the help.
func parseOptions(args []string, stdout io.Writer) (options, error) {
	var given options
	var complaint bytes.Buffer
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(&complaint)
	flags.Usage = func() {}
	flags.StringVar(&given.listen, "listen", "127.0.0.1:5000",
		"`HOST:PORT` to listen on. Port 0 takes a free one. An address that other machines can reach needs credentials.")
	flags.StringVar(&given.database, "db", "registry.db",
		"`FILE` that holds the registry. It is created with the first write; its folder must exist.")
	flags.StringVar(&given.tokenFile, "token-file", "",
		"`FILE` whose content requests must bring as a bearer token (MLFLOW_TRACKING_TOKEN).")
	flags.StringVar(&given.basicFile, "basic-auth-file", "",
		"`FILE` with lines of user:password, one of which requests must bring\n"+
			"(MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD). With --token-file either will do.")
	flags.StringVar(&given.allowedHosts, "allowed-hosts", "",
		"`NAMES`, separated by commas, under which the server is reached besides localhost and IP addresses.")
	flags.StringVar(&given.backup, "backup", "",
		"`FILE` to write a copy of the registry to, each --backup-every and at the end. It replaces the copy before, and is\n"+
			"one state of the registry, checked.")
	flags.DurationVar(&given.backupEvery, "backup-every", time.Hour, "`DURATION` between two copies, such as 15m; at least 1s.")
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
	if given.backupEvery < time.Second {
		return given, fmt.Errorf("serve: --backup-every %s is less than a second", given.backupEvery)
	}
	if err := given.readCredentials(); err != nil {
		return given, err
	}
	return given, given.check()
}

// check refuses an address that other machines can reach unless there are credentials.
func (o *options) check() error {
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return fmt.Errorf("serve: --listen %s is no HOST:PORT: %w", o.listen, err)
	}
	if !isLoopback(host) && len(o.credentials) == 0 {
		return fmt.Errorf("serve: --listen %s would let anyone who reaches this machine change the registry: "+
			"listen on 127.0.0.1, or give --token-file or --basic-auth-file with what clients must bring", o.listen)
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
