package main

import (
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// gcPercent lets the heap of the plugin grow to five times what is live before it is collected. What is live is small (some
// MB, and 8 MB for 10,000 versions; see provider.Lean), and at Go's default of 100 collecting was a third of the plugin's CPU.
const gcPercent = 400

// tune makes the plugin cheap. The framework writes a trace of every call, to standard error, which Terraform reads and throws away
// unless a TF_LOG variable is set: both cost CPU. A GOGC that somebody has set is left alone. logged reports whether somebody reads
// the log.
func tune(environment []string) (logged bool) {
	set := func(prefix string) bool {
		return slices.ContainsFunc(environment, func(setting string) bool {
			name, value, _ := strings.Cut(setting, "=")
			return strings.HasPrefix(name, prefix) && value != ""
		})
	}
	logged = set("TF_LOG")
	if !logged {
		_ = os.Setenv("TF_LOG_SDK", "OFF") // It fails only for a name that cannot be.
	}
	if !set("GOGC") {
		debug.SetGCPercent(gcPercent)
	}
	return logged
}
