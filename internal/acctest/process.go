package acctest

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// Process is a command of the CLI that runs in the background, with its provider processes.
type Process struct {
	t       testing.TB
	command *exec.Cmd
	output  Buffer
	wait    func() error
}

// outputPatience is how long a provider process may outlive a CLI that has ended and hold its output open.
const outputPatience = 10 * time.Second

// Start runs the CLI in the background. When the test ends before it does, it is killed.
func (w *Workspace) Start(args ...string) *Process {
	w.t.Helper()
	p := &Process{t: w.t, command: w.command(args...)}
	p.command.Stdout = &p.output
	p.command.Stderr = &p.output
	p.command.WaitDelay = outputPatience
	ownGroup(p.command)
	if err := p.command.Start(); err != nil {
		w.t.Fatalf("start %v: %v", p.command.Args, err)
	}
	p.wait = sync.OnceValue(p.command.Wait)
	w.t.Cleanup(func() {
		if p.command.ProcessState == nil {
			p.KillAll()
			_ = p.wait()
		}
	})
	return p
}

// Output returns what the command has written so far.
func (p *Process) Output() string { return p.output.String() }

// Signal sends a signal to the CLI alone, not to its provider processes: an interrupt is a user's Ctrl-C as
// Terraform passes it on itself, a kill leaves the providers without a parent.
func (p *Process) Signal(signal os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatalf("signal %v to %v: %v", signal, p.command.Args, err)
	}
}

// KillAll kills the CLI and its provider processes at once, as when the machine dies.
func (p *Process) KillAll() { killGroup(p.command) }

// Wait waits for the command to end, and then until the server under test shows what it wrote: the next command is another process,
// which a replica that lags behind would show less. It may be called more than once.
func (p *Process) Wait() Result {
	p.t.Helper()
	if err := p.wait(); err != nil && !isExit(err) {
		p.t.Fatalf("run %v: %v", p.command.Args, err)
	}
	if err := AwaitServer(); err != nil {
		p.t.Fatalf("after %v: %v", p.command.Args, err)
	}
	return Result{Output: p.Output(), ExitCode: p.command.ProcessState.ExitCode()}
}

func isExit(err error) bool {
	_, ok := errors.AsType[*exec.ExitError](err)
	return ok
}
