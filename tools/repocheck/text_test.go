package repocheck

import (
	"regexp"
	"strings"
)

// block is a piece of code that a text shows.
type block struct {
	// language stands behind the fence; line is where the block begins.
	language, code string
	line           int
}

// fence opens and closes a block; in a list it is indented.
var fence = regexp.MustCompile("^ *```([a-z]*)$")

// split takes a text apart: what is read, line by line with empty lines for code, and the code.
func split(text string) (prose []string, blocks []block) {
	var open *block
	for number, line := range strings.Split(text, "\n") {
		match := fence.FindStringSubmatch(line)
		switch {
		case match != nil && open == nil:
			open = &block{language: match[1], line: number + 1}
		case match != nil:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.code += line + "\n"
		default:
			prose = append(prose, line)
			continue
		}
		prose = append(prose, "")
	}
	return prose, blocks
}
