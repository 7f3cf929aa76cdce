package embedded

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// parsePythonTuple reads the strings of a Python tuple, or of one string in parentheses. plain is false if it
// holds anything but strings. errIllFormed is what Python would call a syntax error, errPage what it would
// fail on otherwise, such as a bare name.
func parsePythonTuple(text string) (items []string, plain bool, err error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(text, "("), ")")
	plain = true
	for {
		rest = strings.TrimLeft(rest, " \t\r\n\f")
		if rest == "" {
			return items, plain, nil
		}
		var item string
		switch char := rest[0]; {
		case char == '\'' || char == '"':
			// Strings next to each other are one.
			for rest != "" && (rest[0] == '\'' || rest[0] == '"') {
				part, after, ok := parsePythonString(rest)
				if !ok {
					return nil, false, errIllFormed
				}
				item += part
				rest = strings.TrimLeft(after, " \t\r\n\f")
			}
			items = append(items, item)
		case char >= '0' && char <= '9' || char == '-' || char == '+' || char == '.':
			end := strings.IndexAny(rest, ", \t")
			if end < 0 {
				end = len(rest)
			}
			if _, err := strconv.ParseFloat(rest[:end], 64); err != nil {
				return nil, false, errIllFormed
			}
			items, rest, plain = append(items, rest[:end]), strings.TrimLeft(rest[end:], " \t\r\n\f"), false
		case char == ',':
			return nil, false, errIllFormed
		default:
			return nil, false, errPage
		}
		if rest == "" {
			return items, plain, nil
		}
		if rest[0] != ',' {
			return nil, false, errIllFormed
		}
		rest = rest[1:]
	}
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
