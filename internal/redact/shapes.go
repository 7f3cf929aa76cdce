package redact

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// shape is what a secret looks like that nobody has told of.
type shape struct {
	pattern *regexp.Regexp
	// secret decides about a match, given what stands before the value and the value; nil takes every match.
	secret func(before, value string) bool
}

const (
	// secretWords are parts of names whose values are secret.
	secretWords = `(?:token|secret|passw(?:or)?d|passphrase|pwd|assertion|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|` +
		`credentials?|authorization|signature|cookie|session[_-]?id)`
	// value is what stands after a name: in quotation marks, or up to a blank or what ends a field.
	value = `("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"',;&<>{}()]+)`
)

// shapes are tried one after the other. What a group before the last one holds is kept: the name, not its value.
var shapes = []shape{
	// A private key, to its end or that of the text.
	{pattern: regexp.MustCompile(`()(?s)(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$))`)},
	// A header whose value is secret to the end of its line, as curl -v and debug pages show them.
	{pattern: regexp.MustCompile(`(?i)(\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?)([^\n"',;<>]+)`)},
	{pattern: regexp.MustCompile(`(?i)(\b(?:set-)?cookie2?["']?\s*[:=]\s*["']?)([^\n"'<>]+)`)},
	// The user and the password of an address, up to the last @ that can belong to it.
	{pattern: regexp.MustCompile(`(://[^\s/:@"'<>]*:)([^\s"'<>]*)@`)},
	{pattern: regexp.MustCompile(`(://)([^\s/:@"'<>?#]{8,})@`)},
	// The values in an address after ? or #.
	{pattern: regexp.MustCompile(`([?&#;][\w.~%-]+=)([^\s&"'<>#;]+)`)},
	{pattern: regexp.MustCompile(`(\w://[^\s"'<>?]*\?)([^\s"'<>=&]{8,})`)},
	// An option of a command: --password X, --client-secret=X, -u name:X.
	{pattern: regexp.MustCompile(`(?i)((?:^|\s)--?[\w-]*(?:` + secretWords + `|pass|key|auth)[\w-]*(?:=|\s+))` + value), secret: noOption},
	{pattern: regexp.MustCompile(`((?:^|\s)(?:-u|--user|--proxy-user|-U)(?:=|\s*))("[^"]*:[^"]*"|'[^']*:[^']*'|[^\s:]+:\S+)`)},
	// A name and its value, as in JSON, YAML, headers, variables and forms.
	{pattern: regexp.MustCompile(`(?i)((?:^|[^\w./-])[\w.-]*` + secretWords + `[\w.-]*["'\x60]?\s*(?:=>|:=|[=:])\s*)` + value), secret: noProse},
	// A scheme of authentication and what it carries.
	{pattern: regexp.MustCompile(`(?i)(\b(?:bearer|basic|negotiate|apikey)\s+["']?)([A-Za-z0-9+/_=.~-]{6,})`), secret: noWord},
	// Tokens that are known by their beginning: JSON web tokens, AWS, GitHub, GitLab, Slack, Databricks, Hugging Face, Google, OpenAI, npm.
	{pattern: regexp.MustCompile(`()(\beyJ[\w-]{6,}(?:\.[\w-]*){0,4})`)},
	{pattern: regexp.MustCompile(`()(\b(?:(?:AKIA|ASIA)[0-9A-Z]{12,}|gh[opsru]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|` +
		`dapi[0-9a-f]{16,}|hf_\w{16,}|ya29\.[\w-]{16,}|AIza[\w-]{16,}|sk-[\w-]{16,}|npm_\w{16,})\b)`)},
	// What is long, and drawn rather than written.
	{pattern: regexp.MustCompile(`()([A-Za-z0-9+_=~-]{32,})`), secret: drawn},
}

// hideShapes returns text without what looks like a secret.
func hideShapes(text string) string {
	for _, each := range shapes {
		text = each.hide(text)
	}
	return text
}

func (s shape) hide(text string) string {
	found := s.pattern.FindAllStringSubmatchIndex(text, -1)
	if len(found) == 0 {
		return text
	}
	var shown strings.Builder
	done := 0
	for _, match := range found {
		from, to := match[len(match)-2], match[len(match)-1]
		before, held := text[match[2]:match[3]], text[from:to]
		if strings.Trim(held, `"' .`) == Hidden || strings.TrimSpace(held) == "" || s.secret != nil && !s.secret(before, strings.Trim(held, `"'`)) {
			continue
		}
		shown.WriteString(text[done:from])
		shown.WriteString(Hidden)
		done = to
	}
	shown.WriteString(text[done:])
	return shown.String()
}

// Shaped returns what in a text looks like a secret, so that it can be hidden elsewhere as well: a value that an argument of a
// command holds, say.
func Shaped(text string) []string {
	var values []string
	for _, each := range shapes {
		for _, match := range each.pattern.FindAllStringSubmatch(text, -1) {
			held := strings.Trim(match[len(match)-1], `"'`)
			if each.secret == nil || each.secret(match[1], held) {
				values = append(values, held)
			}
		}
	}
	return values
}

// NamesSecret says whether a variable or a field of this name holds a secret.
func NamesSecret(name string) bool { return secretName.MatchString(name) }

var secretName = regexp.MustCompile(`(?i)` + secretWords + `|(?:^|_)(?:pass|key|auth|sas|pat|cred|creds)(?:_|$)`)

// noOption says whether what follows an option is a value and not the next option.
func noOption(_, held string) bool { return !strings.HasPrefix(held, "-") }

// noWord says whether what follows a scheme is a credential and not a word, as in "Basic authentication is required".
func noWord(_, held string) bool {
	return len(held) >= 20 || strings.ContainsFunc(held, func(char rune) bool { return !unicode.IsLower(char) })
}

// noProse says whether what follows a name is its value, and not the rest of a sentence, as in "failed to create token: account not
// found". What is called a password is one, whatever it looks like.
func noProse(before, held string) bool {
	name, colon := strings.CutSuffix(strings.ToLower(before), ": ")
	name = strings.TrimLeft(name, " \t\n")
	return !colon || !slices.Contains([]string{"token", "secret", "credential", "credentials", "signature", "cookie"}, name) || noWord(before, held)
}

// drawn says whether a long run of characters looks drawn at random rather than written: a piece of it between dashes has letters
// of both cases and more than one digit, or is as long as a hash. Names that people give, a UUID and the id of a run in MLflow
// (32 digits) are shown.
func drawn(_, held string) bool {
	for _, piece := range strings.FieldsFunc(held, func(char rune) bool { return strings.ContainsRune("-_~", char) }) {
		var lower, upper, digit int
		for _, char := range piece {
			switch {
			case unicode.IsLower(char):
				lower++
			case unicode.IsUpper(char):
				upper++
			case unicode.IsDigit(char):
				digit++
			}
		}
		if len(piece) >= 20 && lower > 1 && upper > 1 && digit > 1 || len(piece) >= 40 && digit > 1 {
			return true
		}
	}
	return false
}
