//go:build unix

package credential

import (
	"os/exec"
	"syscall"
)

// ownGroup gives the command a process group of its own, so that its end is the end of what it has started as well.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
