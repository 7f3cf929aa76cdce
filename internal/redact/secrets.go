package redact

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Hidden stands in a text where a secret stood.
const Hidden = "(hidden)"

const (
	// shortest is the length in bytes from which a value is looked for: a shorter one would blot out ordinary words.
	shortest = 4
	// partial is the length from which a part of a value is hidden as well, where a server shows a secret cut off: of the
	// beginning or of the end. It is so much of one that is at least twice as long.
	partial = 10
	// longest is the length in bytes of a piece that is looked for: a longer value is looked for in pieces.
	longest = 1 << 10
)

// Secrets knows what must not be shown. The zero value knows nothing, and hides what looks like a secret. It is safe for use by
// several goroutines at once.
type Secrets struct {
	mutex sync.RWMutex
	// known are the values and the forms they are repeated in, the longest first: what is left of one that begins with another
	// would be shown.
	known []string
	// parts are the values of which parts are hidden.
	parts []string
	// length is that of the longest in known.
	length int
}

// With returns Secrets that know what s knows by now, and values as well. s may be nil.
func (s *Secrets) With(values ...string) *Secrets {
	both := &Secrets{}
	if s != nil {
		s.mutex.RLock()
		both.known, both.parts, both.length = slices.Clone(s.known), slices.Clone(s.parts), s.length
		s.mutex.RUnlock()
	}
	both.Add(values...)
	return both
}

// Add hides values from now on. Each line of a value of several lines is one of its own as well.
func (s *Secrets) Add(values ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, value := range values {
		for _, line := range append([]string{value}, strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' })...) {
			for line = strings.TrimSpace(line); len(line) > longest; line = line[longest:] {
				s.add(line[:longest])
			}
			if len(line) >= shortest && !strings.HasPrefix(line, "-----") {
				s.add(line)
			}
		}
	}
	slices.SortStableFunc(s.known, func(a, b string) int { return len(b) - len(a) })
	if len(s.known) > 0 {
		s.length = len(s.known[0])
	}
}

func (s *Secrets) add(value string) {
	if slices.Contains(s.known, value) {
		return
	}
	if len(value) >= 2*partial && looksDrawn(value) {
		s.parts = append(s.parts, value)
	}
	for _, form := range forms(value) {
		if len(form) >= shortest && !slices.Contains(s.known, form) {
			s.known = append(s.known, form)
		}
	}
}

// forms returns a value as servers, programs and libraries repeat it.
func forms(value string) []string {
	quoted := strconv.Quote(value)
	inJSON, _ := json.Marshal(value) // A text is always encoded.
	escaped := url.QueryEscape(value)
	return []string{
		value, strings.Join(strings.Fields(value), " "),
		escaped, url.PathEscape(value), strings.ReplaceAll(escaped, "+", "%20"), lowerEscapes(escaped), lowerEscapes(url.PathEscape(value)),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawStdEncoding.EncodeToString([]byte(value)),
		base64.URLEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
		html.EscapeString(value), quoted[1 : len(quoted)-1], string(inJSON[1 : len(inJSON)-1]),
	}
}

// lowerEscapes writes percent-encoded bytes with letters in lower case, as some servers do.
func lowerEscapes(escaped string) string {
	lowered := []byte(escaped)
	for i := range lowered {
		if i >= 1 && lowered[i-1] == '%' || i >= 2 && lowered[i-2] == '%' {
			lowered[i] |= 0x20 // Digits have the bit already.
		}
	}
	return string(lowered)
}

// looksDrawn says whether a value looks drawn at random, so that a part of it means nothing else: words have no digits.
func looksDrawn(value string) bool {
	return strings.ContainsAny(value, "0123456789") && !strings.ContainsAny(value, " \t")
}

// hide returns text without the values and without parts of them.
func (s *Secrets) hide(text string) string {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	for _, value := range s.known {
		text = strings.ReplaceAll(text, value, Hidden)
	}
	for _, value := range s.parts {
		text = hideParts(text, value)
	}
	return text
}

// hideParts hides the beginning or the end of a value where it is shown cut off.
func hideParts(text, value string) string {
	head, tail := value[:partial], value[len(value)-partial:]
	for from := 0; ; {
		at := strings.Index(text[from:], head)
		if at < 0 {
			break
		}
		start := from + at
		end := start + partial
		for end < len(text) && end-start < len(value) && text[end] == value[end-start] {
			end++
		}
		text = text[:start] + Hidden + text[end:]
		from = start + len(Hidden)
	}
	for from := len(text); ; {
		at := strings.LastIndex(text[:from], tail)
		if at < 0 {
			return text
		}
		start := at
		for start > 0 && at+partial-start < len(value) && text[start-1] == value[len(value)-(at+partial-start)-1] {
			start--
		}
		for start < at && !utf8.RuneStart(text[start]) {
			start++
		}
		text = text[:start] + Hidden + text[at+partial:]
		from = start
	}
}
