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

// pythonUnquote decodes %XX as Python's urllib.parse.unquote does: what is no escape stands for itself.
func pythonUnquote(text string, plus bool) string {
	if plus {
		text = strings.ReplaceAll(text, "+", " ")
	}
	if !strings.Contains(text, "%") {
		return text
	}
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			high, low := hexValue(text[i+1]), hexValue(text[i+2])
			if high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, text[i])
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

func hexValue(char byte) int { return strings.IndexByte("0123456789abcdef", lowerByte(char)) }

func lowerByte(char byte) byte {
	if char >= 'A' && char <= 'Z' {
		return char + 'a' - 'A'
	}
	return char
}
