package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/bench/usage"
	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// cost is what one run came to.
type cost struct {
	Requests                    int           `json:"requests"`
	Wall                        time.Duration `json:"wall"`
	TerraformCPU, ProviderCPU   time.Duration
	ServerCPU                   time.Duration // of MLflow and PostgreSQL
	TerraformPeak, ProviderPeak int64         // in bytes, each of its own process
	StartUp                     time.Duration
	BinarySize, IdleMemory      int64
}

// bench is a registry behind a counting proxy, and what runs against it.
type bench struct {
	options
	folder  string
	counter *counter
}

func newBench(ctx context.Context, o options, folder string) (*bench, error) {
	counting, err := newCounter(ctx, o.uri)
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, folder: folder, counter: counting}
	// Terraform finds the meter under the provider's name, and the meter runs the one that is measured.
	plugins := filepath.Join(folder, "plugins")
	if err := os.Mkdir(plugins, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(o.meter, filepath.Join(plugins, "terraform-provider-mlregistry")); err != nil {
		return nil, err
	}
	return b, os.WriteFile(b.settings(), fmt.Appendf(nil, `provider_installation {
  dev_overrides { "registry.terraform.io/mlregistry/mlregistry" = %q }
  direct {}
}
`, plugins), 0o600)
}

func (b *bench) close() { _ = b.counter.server.Close() }

func (b *bench) settings() string { return filepath.Join(b.folder, "cli.tfrc") }

// who reads: ours, a provider that asks for each instance by itself, or one that asks nobody.
type who string

const (
	ours   who = "mlregistry"
	single who = "one by one"
	floor  who = "no I/O"
	script who = "Python script"
)

// terraform runs the CLI in a folder and measures it. The exit code must be want.
func (b *bench) terraform(ctx context.Context, w who, folder string, want int, args ...string) (cost, error) {
	program, read := b.provider, ""
	switch w {
	case single:
		program, read = b.plain, "single"
	case floor:
		program = b.plain
	}
	lines := filepath.Join(b.folder, "meter")
	if err := os.RemoveAll(lines); err != nil {
		return cost{}, err
	}
	command := exec.CommandContext(ctx, b.options.terraform, args...)
	command.Dir = folder
	command.Env = append(terraform.CleanEnvironment(), "TF_CLI_CONFIG_FILE="+b.settings(), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"METER_PROGRAM="+program, "METER_FILE="+lines, "BENCH_READ="+read, "BENCH_URI="+b.counter.URL)
	measured, output, err := b.measure(command)
	if command.ProcessState == nil {
		return cost{}, err
	}
	if code := command.ProcessState.ExitCode(); code != want {
		return cost{}, errors.Join(err, fmt.Errorf("terraform %s exited with %d, not %d:\n%s", strings.Join(args, " "), code, want, output))
	}
	return measured, measured.splitOff(lines)
}

// measure runs a command and counts the registry's requests meanwhile.
func (b *bench) measure(command *exec.Cmd) (cost, []byte, error) {
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	before, _ := usage.Users(b.server...)
	b.counter.reset()
	start := time.Now()
	if err := command.Start(); err != nil {
		return cost{}, nil, err
	}
	peak := usage.Watch(command.Process.Pid)
	err := command.Wait()
	measured := cost{Wall: time.Since(start), TerraformPeak: peak()}
	requests := b.counter.reset()
	measured.Requests = len(requests)
	if b.requests {
		printRequests(os.Stderr, strings.Join(command.Args, " "), requests)
	}
	measured.TerraformCPU = command.ProcessState.UserTime()
	if after, known := usage.Users(b.server...); known {
		measured.ServerCPU = after - before
	}
	return measured, output.Bytes(), err
}

// splitOff takes the provider's part out of what Terraform and its children used.
func (c *cost) splitOff(lines string) error {
	content, err := os.ReadFile(lines)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(content)) {
		var micros, kib int64
		if _, err := fmt.Sscan(line, &micros, &kib); err != nil {
			return err
		}
		c.ProviderCPU += time.Duration(micros) * time.Microsecond
		c.ProviderPeak = max(c.ProviderPeak, kib*1024)
	}
	c.TerraformCPU -= c.ProviderCPU
	return nil
}
