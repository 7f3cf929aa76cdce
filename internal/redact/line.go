package redact

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxLength is the greatest number of characters of somebody else's text that a message repeats.
	MaxLength = 1000
	// window is how many bytes of a text are looked at: what comes after them never gets into the line.
	window = 16 << 10
	// pageWindow is the same for a page, much of which is not shown.
	pageWindow = 128 << 10
)

// Line returns text as one line that may be shown: without secrets, with what a terminal would obey as text, cut to MaxLength
// characters from its beginning.
func (s *Secrets) Line(text string) string {
	text, more := s.beginning(text, window)
	line := OneLine(s.clean(text))
	short := firstRunes(line, MaxLength)
	if more || len(short) < len(line) {
		return short + "…"
	}
	return short
}

// LastLine is Line for a text whose end matters, such as what a program wrote before it failed.
func (s *Secrets) LastLine(text string) string {
	text, more := s.end(text)
	line := OneLine(s.clean(text))
	short := lastRunes(line, MaxLength)
	if more || len(short) < len(line) {
		return "…" + short
	}
	return short
}

// clean hides secrets, those that are known before and after those that look like one: what is left beside a hidden piece may be
// the value that surrounds it.
func (s *Secrets) clean(text string) string {
	text = strings.ToValidUTF8(text, "�")
	return hideShapes(s.hide(text))
}

// beginning returns as much of text as is looked at, and whether there is more. A secret that the cut may have gone through is left out whole.
func (s *Secrets) beginning(text string, window int) (string, bool) {
	if len(text) <= window {
		return text, false
	}
	head := s.hide(text[:window])
	cut := max(0, len(head)-s.margin())
	if blank := strings.LastIndexAny(head[:cut], " \t\n"); blank > cut-1000 {
		cut = blank
	}
	for cut > 0 && !utf8.RuneStart(head[cut]) {
		cut--
	}
	return head[:max(0, cut)], true
}

// end is beginning for the end.
func (s *Secrets) end(text string) (string, bool) {
	if len(text) <= window {
		return text, false
	}
	tail := s.hide(text[len(text)-window:])
	cut := min(len(tail), s.margin())
	if blank := strings.IndexAny(tail[cut:], " \t\n"); blank >= 0 && blank < 1000 {
		cut += blank
	}
	for cut < len(tail) && !utf8.RuneStart(tail[cut]) {
		cut++
	}
	return tail[cut:], true
}

// margin is how far from a cut a secret may reach that was cut through.
func (s *Secrets) margin() int {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return min(max(s.length, 1<<10), window/2)
}

// OneLine returns text as one line in which nothing acts on a terminal: white space and line breaks become single spaces, and
// every other character that is not seen as one, such as an escape, a mark of writing direction or one without width, is shown as
// its escape in Go. It hides no secrets, and is as long as a message may be at most.
func OneLine(text string) string {
	text = strings.Join(strings.Fields(firstRunes(text, maxText)), " ")
	return firstRunes(escape(text, func(rune) bool { return false }), maxText)
}

// Lines is OneLine for a text of this program's own, whose line breaks are meant. Its length is bounded all the same.
func Lines(text string) string {
	return firstRunes(escape(firstRunes(text, maxText), func(char rune) bool { return char == '\n' }), maxText)
}

// maxText is the greatest number of characters of a whole message. This program's own are far shorter.
const maxText = 20_000

func escape(text string, keep func(rune) bool) string {
	acts := func(char rune) bool { return !unicode.IsPrint(char) && !keep(char) || char == utf8.RuneError }
	if !strings.ContainsFunc(text, acts) {
		return text
	}
	var shown strings.Builder
	for _, char := range text {
		switch {
		case char == utf8.RuneError:
			shown.WriteRune('�')
		case acts(char):
			shown.WriteString(strings.Trim(strconv.QuoteRuneToASCII(char), "'"))
		default:
			shown.WriteRune(char)
		}
	}
	return shown.String()
}

func firstRunes(text string, count int) string {
	for index := range text {
		if count == 0 {
			return text[:index]
		}
		count--
	}
	return text
}

func lastRunes(text string, count int) string {
	for end := len(text); end > 0; count-- {
		if count == 0 {
			return text[end:]
		}
		_, size := utf8.DecodeLastRuneInString(text[:end])
		end -= size
	}
	return text
}
