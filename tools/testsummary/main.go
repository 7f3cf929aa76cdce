// Command testsummary reads the output of go test -json from standard input and writes what a reader needs: the line
// go test prints for each package, everything a failing test printed, every skipped test with its reason, and a count
// at the end. It exits with 1 when a test failed and, without -allow-skips, when one was skipped: a test that is
// skipped everywhere tests nothing, and nobody would notice.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	allowSkips := flag.Bool("allow-skips", false, "succeed although tests were skipped")
	flag.Parse()
	if !run(os.Stdin, os.Stdout, *allowSkips) {
		os.Exit(1)
	}
}

// run reports whether the tests count as passed.
func run(in io.Reader, out io.Writer, allowSkips bool) bool {
	summary := newSummary(out)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		summary.line(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		_, _ = fmt.Fprintf(out, "testsummary: %v\n", err)
		return false
	}
	return summary.finish(allowSkips)
}
