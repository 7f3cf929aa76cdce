package credential

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
)

const (
	// DefaultTimeout is how long a command may take.
	DefaultTimeout = 30 * time.Second
	// maxOutput bounds what is read of a command's standard output, and of its standard error.
	maxOutput = 1 << 20
	// patience is how long the pipes of a command that has ended may stay open, held by a child of it.
	patience = time.Second
)

// Command is a program that prints a token.
type Command struct {
	// Name is the program: a path, or a name that is looked up in PATH. No shell sees it.
	Name string
	// Args are its arguments, each passed as it is.
	Args []string
	// Env are further environment variables; they win over those of this process.
	Env map[string]string
	// Timeout bounds one run; 0 means DefaultTimeout.
	Timeout time.Duration
	// Secrets is what messages never show, besides what this command knows; nil means only that.
	Secrets *redact.Secrets
}

// execInfo tells the plugins of kubectl, which ask for it, which form of answer is understood
// (client.authentication.k8s.io, ExecCredential).
const execInfo = `{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}`

// Check finds out, without running it, whether the command can be run.
func (c Command) Check() error {
	if strings.TrimSpace(c.Name) == "" {
		return errors.New("no command is given: name a program, by its path or as PATH has it")
	}
	if _, err := exec.LookPath(c.Name); err != nil {
		if errors.Is(err, exec.ErrNotFound) && !strings.ContainsRune(c.Name, filepath.Separator) {
			return fmt.Errorf("there is no program %q in PATH: install it, or write its path", c.Name)
		}
		return fmt.Errorf("the program cannot be run, check its path and that it may be executed: %w", err)
	}
	return nil
}

// run runs the command once. Its errors hold the end of what the command wrote to its standard error, without secrets (complaint.go),
// and nothing of what it printed.
func (c Command) run(ctx context.Context, now time.Time) (token, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var output, complaint boundedBuffer
	command := exec.CommandContext(limited, c.Name, c.Args...) //nolint:gosec // The user's own command, by design.
	command.Env = append(os.Environ(), "KUBERNETES_EXEC_INFO="+execInfo)
	for _, name := range slices.Sorted(maps.Keys(c.Env)) {
		command.Env = append(command.Env, name+"="+c.Env[name])
	}
	command.Stdout, command.Stderr = &output, &complaint
	command.WaitDelay = patience
	ownGroup(command)
	err := command.Run()
	said := c.clean(complaint.String(), output.String())
	switch {
	case ctx.Err() != nil:
		return token{}, fmt.Errorf("the credential command %q was stopped: %w", c.Name, ctx.Err())
	case limited.Err() != nil:
		return token{}, fmt.Errorf("the credential command %q took longer than %s%s", c.Name, timeout, said)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return token{}, fmt.Errorf("the credential command %q failed: %w%s", c.Name, err, said)
	case output.cut:
		return token{}, fmt.Errorf("the credential command %q printed more than %d bytes", c.Name, maxOutput)
	}
	found, err := parse(output.Bytes(), now)
	if err != nil {
		return token{}, fmt.Errorf("the credential command %q ran, but %w%s", c.Name, err, said)
	}
	return found, nil
}

// boundedBuffer keeps the beginning of what is written to it, and takes all of it.
type boundedBuffer struct {
	bytes.Buffer
	cut bool
}

func (b *boundedBuffer) Write(content []byte) (int, error) {
	room := maxOutput - b.Len()
	if len(content) > room {
		b.cut = true
		_, _ = b.Buffer.Write(content[:room])
		return len(content), nil
	}
	return b.Buffer.Write(content)
}
