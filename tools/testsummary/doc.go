// Command testsummary reads the output of go test -json from standard input and writes what a reader needs: the line
// go test prints for each package, everything a failing test printed, every skipped test with its reason, and a count
// at the end. It exits with 1 when a test failed and, without -allow-skips, when one was skipped: a test that is
// skipped everywhere tests nothing, and nobody would notice. With -allow-lacking a test may be skipped because the server
// or the CLI lacks a feature (internal/acctest, features.go): in a run on an old version. Each such feature is counted.
package main
