package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// narrator prints the story: numbered headings, commands, output and checks.
type narrator struct {
	out    io.Writer
	begun  time.Time
	acts   int
	checks int
}

// act starts a step; the lines under its heading say why it is done like this.
func (n *narrator) act(heading string, remarks ...string) {
	n.acts++
	fmt.Fprintf(n.out, "\n=== %d. %s\n", n.acts, heading)
	for _, remark := range remarks {
		fmt.Fprintln(n.out, "    "+remark)
	}
}

// command prints a command as a user would type it.
func (n *narrator) command(words ...string) {
	fmt.Fprintf(n.out, "\n$ %s\n", strings.Join(words, " "))
}

// show prints a part of a file.
func (n *narrator) show(file, content string) {
	fmt.Fprintf(n.out, "\n%s:\n", file)
	n.output(content)
}

// output prints text indented, without empty lines at its ends.
func (n *narrator) output(text string) {
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		fmt.Fprintln(n.out, strings.TrimRight("    "+line, " "))
	}
}

// excerpt prints the lines that start with one of the beginnings.
func (n *narrator) excerpt(text string, beginnings ...string) {
	for line := range strings.SplitSeq(text, "\n") {
		for _, beginning := range beginnings {
			if strings.HasPrefix(line, beginning) {
				n.output(line)
			}
		}
	}
}

// same checks that something is as expected, compared as printed.
func (n *narrator) same(what string, found, expected any) error {
	if fmt.Sprint(found) != fmt.Sprint(expected) {
		fmt.Fprintf(n.out, "FAILED  %s\n    expected: %v\n    found:    %v\n", what, expected, found)
		return fmt.Errorf("check failed: %s: expected %v, found %v", what, expected, found)
	}
	n.checks++
	fmt.Fprintln(n.out, strings.ReplaceAll(fmt.Sprintf("ok  %s: %v", what, found), ": \n", ":\n"))
	return nil
}

// sameLines checks that lines are as expected.
func (n *narrator) sameLines(what string, found, expected []string) error {
	join := func(lines []string) string { return "\n      " + strings.Join(lines, "\n      ") }
	return n.same(what, join(found), join(expected)) // The list starts on a line of its own.
}

// says checks that an output contains a text, however the CLI has wrapped and framed it.
func (n *narrator) says(what, output, text string) error {
	if !strings.Contains(unwrapped(output), text) {
		fmt.Fprintf(n.out, "FAILED  %s\n    expected: %s\n    found:    %s\n", what, text, unwrapped(output))
		return fmt.Errorf("check failed: %s: the output does not say %q", what, text)
	}
	n.checks++
	fmt.Fprintf(n.out, "ok  %s: %s\n", what, text)
	return nil
}

// unwrapped takes the CLI's frames and line breaks out of a message.
func unwrapped(output string) string {
	return strings.Join(strings.FieldsFunc(output, func(char rune) bool { return strings.ContainsRune(" \n\r\t│╷╵", char) }), " ")
}
