package main

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// The terminal, in characters and in pixels.
const (
	columns, rows = 106, 30
	charWidth     = 7.8
	lineHeight    = 18
	margin        = 16
	titleBar      = 30
)

// How long things take, in seconds.
const (
	lineTime    = 0.06
	commandTime = 0.9 // after a command was typed
	readingTime = 3.5 // after what the reader is to read
	endTime     = 6.0
)

// draw returns the picture: the lines roll by like in a terminal, one after the other.
func draw(lines []string) string {
	width, height := columns*charWidth+2*margin, float64(titleBar+rows*lineHeight+2*margin)
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="make demo in a terminal">`+"\n",
		width, height, width, height)
	svg.WriteString(styles(lines))
	fmt.Fprintf(&svg, `<rect width="%.0f" height="%.0f" rx="8" fill="#161b22"/>`+"\n", width, height)
	for i, color := range []string{"#ff5f56", "#ffbd2e", "#27c93f"} {
		fmt.Fprintf(&svg, `<circle cx="%d" cy="%d" r="6" fill="%s"/>`+"\n", margin+4+20*i, titleBar/2+2, color)
	}
	fmt.Fprintf(&svg, `<clipPath id="screen"><rect x="0" y="%d" width="%.0f" height="%d"/></clipPath>`+"\n",
		titleBar, width, rows*lineHeight+margin)
	svg.WriteString(`<g clip-path="url(#screen)"><g class="roll">` + "\n")
	for i, line := range lines {
		if line = strings.TrimRight(line, " "); line == "" {
			continue
		}
		fmt.Fprintf(&svg, `<text x="%d" y="%d"%s xml:space="preserve">%s</text>`+"\n",
			margin, titleBar+(i+1)*lineHeight, class(line), html.EscapeString(cut(line)))
	}
	svg.WriteString("</g></g>\n</svg>\n")
	return svg.String()
}

// cut shortens a line that is wider than the terminal.
func cut(line string) string {
	if utf8.RuneCountInString(line) <= columns {
		return line
	}
	return string([]rune(line)[:columns-1]) + "…"
}

// class returns the attribute that colours a line as the terminal does.
func class(line string) string {
	bare := strings.TrimSpace(line)
	for _, each := range []struct{ prefix, name string }{
		{"===", "title"}, {"$ ", "command"}, {"ok ", "ok"}, {"All ", "ok"}, {"+ ", "add"}, {"~ ", "change"},
		{"# mlregistry", "title"}, {"Plan:", "title"}, {"Warning:", "change"}, {"Error:", "error"},
	} {
		if strings.HasPrefix(bare, each.prefix) {
			return ` class="` + each.name + `"`
		}
	}
	return ""
}

// styles are the colours, and the roll of the lines as key frames.
func styles(lines []string) string {
	var frames strings.Builder
	total := length(lines)
	now := 0.0
	for shown := 1; shown <= len(lines); shown++ {
		fmt.Fprintf(&frames, "%.3f%%{transform:translateY(%dpx)}", 100*now/total, offset(shown))
		now += pause(lines, shown)
	}
	fmt.Fprintf(&frames, "100%%{transform:translateY(%dpx)}", offset(len(lines)))
	return fmt.Sprintf(`<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#c9d1d9}
.title{fill:#fff;font-weight:bold}.command{fill:#79c0ff;font-weight:bold}.ok,.add{fill:#56d364}.change{fill:#e3b341}.error{fill:#ff7b72}
.roll{animation:roll %.1fs step-end infinite}
@keyframes roll{%s}
@media (prefers-reduced-motion:reduce){.roll{animation:none;transform:translateY(%dpx)}}
</style>
`, total, frames.String(), offset(len(lines)))
}

// offset moves the first shown lines so that the last of them is on the lowest row.
func offset(shown int) int { return (rows - shown) * lineHeight }

// pause is how long the picture stands still once it shows that many lines.
func pause(lines []string, shown int) float64 {
	line := strings.TrimSpace(lines[shown-1])
	switch {
	case shown == len(lines):
		return endTime
	case strings.HasPrefix(line, "$ "):
		return commandTime
	case strings.HasPrefix(line, "Plan:"), strings.HasPrefix(line, "==="):
		return readingTime
	case strings.HasPrefix(line, "ok "):
		return commandTime
	}
	return lineTime
}

func length(lines []string) float64 {
	total := 0.0
	for shown := 1; shown <= len(lines); shown++ {
		total += pause(lines, shown)
	}
	return total
}
