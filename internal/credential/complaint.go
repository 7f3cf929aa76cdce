package credential

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxComplaint is the greatest number of characters of a command's standard error that an error repeats: its end, where
// programs say what went wrong.
const maxComplaint = 600

// shortestSecret is the length from which a value is taken for a secret: a shorter one would blot out ordinary words.
const shortestSecret = 4

// looksSecret finds what may be a secret in the words of a program that is not ours.
var looksSecret = regexp.MustCompile(`(?i)(bearer|basic)\s+[^\s"']+` + // a header
	`|\beyJ[\w-]+\.[\w-]+\.?[\w-]*` + // a JSON web token
	`|((?:token|secret|password|passwd|assertion|api[_-]?key|credential|authorization)["']?\s*[=:]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',}]+` +
	`|(://[^\s/:@]*:)[^\s/@]+@` + // a URL with a password
	`|[A-Za-z0-9+/_=.-]{40,}`) // anything that long is no word

// clean makes one line of what a command wrote to its standard error, for the end of a message, or nothing. Values of
// Env never are in it, nor is what looks like a token or a password.
func (c Command) clean(complaint string) string {
	complaint = strings.ToValidUTF8(complaint, "�")
	// The longest first: what is left of one that begins with another would be shown.
	for _, value := range slices.SortedFunc(maps.Values(c.Env), func(a, b string) int { return len(b) - len(a) }) {
		if len(value) >= shortestSecret {
			complaint = strings.ReplaceAll(complaint, value, "(hidden)")
		}
	}
	complaint = looksSecret.ReplaceAllStringFunc(complaint, func(found string) string {
		for _, group := range looksSecret.FindStringSubmatch(found)[1:] {
			if group != "" && strings.HasPrefix(found, group) {
				return group + "(hidden)"
			}
		}
		return "(hidden)"
	})
	complaint = strings.Join(strings.FieldsFunc(complaint, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if complaint == "" {
		return ""
	}
	if count := utf8.RuneCountInString(complaint); count > maxComplaint {
		complaint = "…" + string([]rune(complaint)[count-maxComplaint:])
	}
	return "; it wrote: " + complaint
}
