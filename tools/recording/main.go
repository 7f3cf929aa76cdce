package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	from := flag.Int("from", 1, "`NUMBER` of the first section")
	to := flag.Int("to", 99, "`NUMBER` of the last section")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, from, to int) error {
	lines, err := sections(in, from, to)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, draw(lines))
	return err
}

// sections returns the lines of the wanted sections, and the last line, which says how the demo ended. A demo that failed makes
// no picture.
func sections(in io.Reader, from, to int) ([]string, error) {
	var wanted []string
	last := ""
	inside := false
	scanner := bufio.NewScanner(in)
	for scanner.Scan() {
		line := scanner.Text()
		var number int
		if _, err := fmt.Sscanf(line, "=== %d.", &number); err == nil {
			inside = from <= number && number <= to
		}
		if inside {
			wanted = append(wanted, line)
		}
		if strings.TrimSpace(line) != "" {
			last = line
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(last, "All ") || !strings.Contains(last, "checks passed") {
		return nil, fmt.Errorf("the demo did not pass: its last line is %q", last)
	}
	if len(wanted) == 0 {
		return nil, errors.New("the demo has no such sections")
	}
	if wanted[len(wanted)-1] != last {
		wanted = append(wanted, last)
	}
	return wanted, nil
}
