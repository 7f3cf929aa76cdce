package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/mlregistry/terraform-provider-mlregistry/bench/usage"
)

func main() {
	command := exec.Command(os.Getenv("METER_PROGRAM"), os.Args[1:]...) //nolint:noctx // It ends when the provider does.
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if peak, known := usage.Peak(command.ProcessState); known {
		if err := note(fmt.Sprintf("%d %d\n", command.ProcessState.UserTime().Microseconds(), peak/1024)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(command.ProcessState.ExitCode())
}

// note appends a line; Terraform may run several providers at once.
func note(line string) (err error) {
	file, err := os.OpenFile(os.Getenv("METER_FILE"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.WriteString(line)
	return err
}
