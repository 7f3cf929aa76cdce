//go:build unix

package acctest

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a command the leader of a process group, which its children join.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup kills a command and its children.
func killGroup(command *exec.Cmd) { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
