package embedded

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// pythonTuple is a Python expression of strings in parentheses. It reads what a filter's list may be: a tuple
// of strings, or one string, which parentheses alone don't make a tuple.
type pythonTuple struct{ rest string }

// tupleItem is one value of a tuple.
type tupleItem struct {
	text    string
	isText  bool
	isTuple bool
	items   []tupleItem // of a tuple
}

// parsePythonTuple returns a tuple. plain is false if it holds anything but strings. The error
// is errIllFormed for what Python calls a syntax error, errPage for what it fails on otherwise, such as a name.
func parsePythonTuple(text string) (tuple tupleItem, plain bool, err error) {
	reader := &pythonTuple{rest: text}
	if tuple, err = reader.value(); err != nil {
		return tuple, false, err
	}
	if reader.skip(); reader.rest != "" {
		return tuple, false, errIllFormed
	}
	if !tuple.isTuple {
		tuple = tupleItem{isTuple: true, items: []tupleItem{tuple}}
	}
	plain = true
	for _, item := range tuple.items {
		plain = plain && item.isText
	}
	return tuple, plain, nil
}

// repr writes the value as Python does.
func (i tupleItem) repr() string {
	switch {
	case i.isText:
		return pythonRepr(i.text)
	case !i.isTuple:
		return i.text
	}
	var items []string
	for _, item := range i.items {
		items = append(items, item.repr())
	}
	if len(items) == 1 {
		return "(" + items[0] + ",)"
	}
	return "(" + strings.Join(items, ", ") + ")"
}

func (p *pythonTuple) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n\f") }

// take reads a character if it comes next.
func (p *pythonTuple) take(char string) bool {
	p.skip()
	after, ok := strings.CutPrefix(p.rest, char)
	if ok {
		p.rest = after
	}
	return ok
}

func (p *pythonTuple) value() (tupleItem, error) {
	switch p.skip(); {
	case p.rest == "":
		return tupleItem{}, errIllFormed
	case p.take("("):
		return p.parenthesis()
	case p.rest[0] == '\'' || p.rest[0] == '"':
		return p.text()
	case strings.IndexByte("0123456789-+.", p.rest[0]) >= 0:
		end := len(p.rest) - len(strings.TrimLeft(p.rest, "0123456789-+.eE_"))
		number := p.rest[:end]
		if _, err := strconv.ParseFloat(number, 64); err != nil {
			return tupleItem{}, errIllFormed
		}
		p.rest = p.rest[end:]
		return tupleItem{text: number}, nil
	case strings.IndexByte(",)=!<>*/%&|^~;:`$?", p.rest[0]) >= 0:
		return tupleItem{}, errIllFormed
	}
	return tupleItem{}, errPage
}

// text reads a string; strings next to each other are one.
func (p *pythonTuple) text() (tupleItem, error) {
	item := tupleItem{isText: true}
	var whole strings.Builder
	for p.rest != "" && (p.rest[0] == '\'' || p.rest[0] == '"') {
		part, after, ok := parsePythonString(p.rest)
		if !ok {
			return item, errIllFormed
		}
		whole.WriteString(part)
		p.rest = after
		p.skip()
	}
	item.text = whole.String()
	return item, nil
}

// parenthesis reads what follows "(". Only a comma, or nothing, makes it a tuple.
func (p *pythonTuple) parenthesis() (tupleItem, error) {
	tuple := tupleItem{isTuple: true}
	for !p.take(")") {
		item, err := p.value()
		if err != nil {
			return item, err
		}
		tuple.items = append(tuple.items, item)
		if p.take(",") {
			continue
		}
		switch {
		case !p.take(")"):
			return tuple, errIllFormed
		case len(tuple.items) == 1:
			return item, nil
		}
		return tuple, nil
	}
	return tuple, nil
}

// parsePythonString reads one string literal.
func parsePythonString(text string) (value, rest string, ok bool) {
	quote := text[0]
	var out strings.Builder
	for i := 1; i < len(text); i++ {
		switch char := text[i]; {
		case char == quote:
			return out.String(), text[i+1:], true
		case char == '\n':
			return "", "", false
		case char == '\\' && i+1 < len(text):
			read, ok := parsePythonEscape(text[i:], &out)
			if !ok {
				return "", "", false
			}
			i += read - 1
		default:
			out.WriteByte(char)
		}
	}
	return "", "", false
}

// parsePythonEscape writes what an escape stands for and returns its length. One that Python doesn't know
// stands for itself.
func parsePythonEscape(text string, out *strings.Builder) (length int, ok bool) {
	short := map[byte]string{
		'\n': "", '\\': `\`, '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}
	char := text[1]
	if plain, ok := short[char]; ok {
		out.WriteString(plain)
		return 2, true
	}
	if count, ok := digits[char]; ok {
		if len(text) < 2+count {
			return 0, false
		}
		value, err := strconv.ParseUint(text[2:2+count], 16, 32)
		if err != nil || !utf8.ValidRune(rune(value)) {
			return 0, false
		}
		out.WriteRune(rune(value))
		return 2 + count, true
	}
	out.WriteByte('\\')
	return 1, true
}
