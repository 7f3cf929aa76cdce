// Package filecopy is the subcommands that copy the file of an embedded registry: backup and restore.
//
// It may import the standard library and internal/embedded only.
package filecopy
