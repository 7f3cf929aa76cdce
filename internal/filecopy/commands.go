package filecopy

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

const backupIntroduction = `Usage: terraform-provider-mlregistry backup [--db FILE] COPY

Writes a copy of the embedded registry in FILE to the file COPY, which it replaces. The copy is one state of the
registry, also while serve or Terraform write to it, and it is checked. It is a registry of its own: name it as
tracking_uri = "embedded:COPY", move it to another machine, or put it back with the subcommand restore.

`

const restoreIntroduction = `Usage: terraform-provider-mlregistry restore [--db FILE] COPY

Puts the registry in the file COPY back to FILE. COPY stays as it is. Everything that FILE holds is replaced; a FILE
that is damaged, or has a write-ahead log of another registry beside it, as well. Processes that have FILE open go on
with what was put back.

`

// Backup runs the subcommand backup. args are the arguments after its name; --help prints them to stdout and returns nil.
// It fails for a wrong argument, and with an error that wraps registry.ErrStorage for a registry that cannot be copied;
// what was at the place of the copy is left as it was then.
func Backup(ctx context.Context, args []string, stdout io.Writer) (err error) {
	database, target, err := parse("backup", backupIntroduction, args, stdout)
	if target == "" {
		return err
	}
	store, err := embedded.Open(database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.Backup(ctx, target); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "mlregistry: %s is a copy of %s\n", target, database)
	return err
}

// Restore runs the subcommand restore. args are the arguments after its name; --help prints them to stdout and returns nil.
// It fails for a wrong argument, and with an error that wraps registry.ErrStorage for a copy that is no sound registry or a
// file that cannot be replaced, which is left as it was then.
func Restore(ctx context.Context, args []string, stdout io.Writer) error {
	database, source, err := parse("restore", restoreIntroduction, args, stdout)
	if source == "" {
		return err
	}
	restored, err := embedded.Restore(ctx, database, source)
	if err != nil {
		return err
	}
	others := ""
	if restored.Live {
		others = "; processes that have it open go on with it"
	}
	_, err = fmt.Fprintf(stdout, "mlregistry: %s has what %s holds: models: %d, versions: %d%s\n", database, source,
		restored.Models, restored.Versions, others)
	return err
}

// parse reads the arguments of a subcommand. The copy is empty after the help and with an error.
func parse(name, introduction string, args []string, stdout io.Writer) (database, copied string, err error) {
	var complaint bytes.Buffer
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(&complaint)
	flags.Usage = func() {}
	flags.StringVar(&database, "db", "registry.db", "`FILE` that holds the registry.")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		if _, err := io.WriteString(stdout, introduction); err != nil {
			return "", "", err
		}
		flags.PrintDefaults()
		return "", "", nil
	case err != nil:
		return "", "", fmt.Errorf("%s: %w; --help explains the flags", name, err)
	case flags.NArg() != 1 || flags.Arg(0) == "":
		return "", "", fmt.Errorf("%s: give one file, that of the copy, after the flags; --help explains them", name)
	}
	return database, flags.Arg(0), nil
}
