package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	var allow allowance
	flag.BoolVar(&allow.skips, "allow-skips", false, "succeed although tests were skipped")
	flag.BoolVar(&allow.lacking, "allow-lacking", false, "succeed although tests were skipped for a feature that the server or the CLI lacks")
	results := flag.String("results", "", "write what became of each test to this file, as JSON")
	flag.Parse()
	summary := newSummary(os.Stdout)
	passed := run(os.Stdin, summary, allow)
	if *results != "" {
		if err := summary.save(*results); err != nil {
			fmt.Fprintf(os.Stderr, "testsummary: %v\n", err)
			passed = false
		}
	}
	if !passed {
		os.Exit(1)
	}
}

// allowance says which tests may be skipped.
type allowance struct{ skips, lacking bool }

// run reports whether the tests count as passed.
func run(in io.Reader, summary *summary, allow allowance) bool {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		summary.line(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		summary.write("testsummary: %v\n", err)
		return false
	}
	return summary.finish(allow)
}
