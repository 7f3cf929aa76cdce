//go:build !unix

package acctest

import "os/exec"

// ownGroup does nothing: there are no process groups here.
func ownGroup(*exec.Cmd) {}

// killGroup kills a command; its children end when they find it gone.
func killGroup(command *exec.Cmd) { _ = command.Process.Kill() }
