package embedded

import "strings"

// pythonURL is a URI cut up as Python's urllib.parse.urlparse does, which is what MLflow judges sources by.
// It differs from net/url in taking anything.
type pythonURL struct{ scheme, authority, path string }

// lineBreaks are what urlparse takes out of a URI, wherever they stand.
var lineBreaks = strings.NewReplacer("\t", "", "\r", "", "\n", "")

func parsePythonURL(text string, fragments bool) pythonURL {
	text = strings.TrimLeftFunc(text, func(char rune) bool { return char <= ' ' })
	text = lineBreaks.Replace(text)
	var result pythonURL
	if scheme, rest, ok := strings.Cut(text, ":"); ok && isScheme(scheme) {
		result.scheme, text = strings.ToLower(scheme), rest
	}
	if rest, ok := strings.CutPrefix(text, "//"); ok {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		result.authority, text = rest[:end], rest[end:]
	}
	if fragments {
		text, _, _ = strings.Cut(text, "#")
	}
	result.path, _, _ = strings.Cut(text, "?")
	return result
}

func isScheme(text string) bool {
	for i, char := range text {
		letter := char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z'
		other := char >= '0' && char <= '9' || strings.ContainsRune("+-.", char)
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return text != ""
}

// host returns the host of the authority, without user, port and brackets.
func (u pythonURL) host() string {
	host := u.authority[strings.LastIndexByte(u.authority, '@')+1:]
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host, _, _ = strings.Cut(inner, "]")
		return strings.ToLower(host)
	}
	host, _, _ = strings.Cut(host, ":")
	return strings.ToLower(host)
}

// pythonUnquoteFully decodes %XX and + as Python's urllib.parse.unquote_plus does, until there is nothing left to decode, in
// one pass: what is decoded may be the end of another escape.
func pythonUnquoteFully(text string) string {
	if !strings.ContainsAny(text, "%+") {
		return text
	}
	out := make([]byte, 0, len(text))
	for at := range len(text) {
		out = append(out, space(text[at]))
		for len(out) >= 3 && out[len(out)-3] == '%' {
			high, low := hexValue(out[len(out)-2]), hexValue(out[len(out)-1])
			if high < 0 || low < 0 {
				break
			}
			out = append(out[:len(out)-3], space(byte(high<<4|low)))
		}
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

// space returns what a character of a query means.
func space(char byte) byte {
	if char == '+' {
		return ' '
	}
	return char
}

func hexValue(char byte) int { return strings.IndexByte("0123456789abcdef", lowerByte(char)) }

func lowerByte(char byte) byte {
	if char >= 'A' && char <= 'Z' {
		return char + 'a' - 'A'
	}
	return char
}
