package embedded

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what a piece of a filter is. The kinds and their borders are those of sqlparse 0.6, through
// which MLflow reads filters; what a filter can never need (placeholders, JSON operators) is left out.
type tokenKind int

const (
	blankToken       tokenKind = iota
	nameToken                  // a word, or anything in backticks
	keywordToken               // a word of SQL
	orderToken                 // ASC, DESC
	timestampToken             // the word timestamp, a type name to sqlparse
	stringToken                // in single quotes
	symbolToken                // in double quotes
	integerToken               // digits
	floatToken                 // digits with a point or an exponent
	comparisonToken            // = != < LIKE ...
	operatorToken              // + - / * ...
	punctuationToken           // . , ; ( )
	otherToken                 // comments and what fits nowhere
	// The rest are made of several tokens.
	identifierToken
	parenthesisToken
	functionToken
	operationToken
	comparisonGroup
	bracketToken
	commaToken
	listToken
)

// token is a piece of a filter with the text it stands for.
type token struct {
	kind  tokenKind
	text  string
	parts []token // of a group
}

func (t token) isKeyword(word string) bool {
	return t.kind == keywordToken && strings.EqualFold(t.text, word)
}

func (t token) is(kinds ...tokenKind) bool { return slices.Contains(kinds, t.kind) }

// rule is a pattern that is tried at each place, in order.
type rule struct {
	pattern *regexp.Regexp
	kind    tokenKind
}

func newRule(pattern string, kind tokenKind) rule {
	return rule{regexp.MustCompile(`^(?i:` + pattern + `)`), kind}
}

var lexerRules = []rule{
	newRule("--.*|# .*", otherToken),
	newRule(`/\*(?s:.)*?\*/`, otherToken),
	newRule("`(?:``|[^`])*`", nameToken),
	newRule(`-?[0-9]+(?:\.[0-9]+)?E-?[0-9]+`, floatToken),
	newRule(`-?(?:[0-9]+\.[0-9]*|\.[0-9]+)`, floatToken),
	newRule(`-?[0-9]+`, integerToken),
	newRule(`'(?:''|\\'|[^'])*'`, stringToken),
	newRule(`"(?:""|\\"|[^"])*"`, symbolToken),
	newRule(`(?:ASC|DESC)(?:\s+NULLS\s+(?:FIRST|LAST))?\b`, orderToken),
	newRule(`NOT\s+NULL\b`, keywordToken),
	newRule(`(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE|REGEXP)\b`, comparisonToken),
	newRule(`[;:()\[\],.]`, punctuationToken),
	newRule(`[<>=~!]+`, comparisonToken),
	newRule(`[-*?]`, operatorToken),
	newRule(`[-+/@#%^&|]+`, operatorToken),
}

var wordPattern = regexp.MustCompile(`^[\pL\pN_][\pL\pN_$#]*`)

// keywords are the words that sqlparse does not take for names, as far as they are likely in a filter.
var keywords = []string{
	"alias", "all", "and", "any", "as", "between", "by", "case", "comment", "current", "date", "distinct", "else", "end",
	"exists", "false", "from", "group", "having", "in", "is", "join", "key", "limit", "not", "null", "offset", "on", "or",
	"order", "owner", "path", "role", "select", "source", "text", "then", "time", "true", "type", "union", "user", "using",
	"values", "version", "when", "where",
}

// sqlparse's limits.
const (
	maxTokens = 10_000
	maxDepth  = 100
)

// lex cuts a filter into tokens that together are the filter. ok is false for one beyond all measure.
func lex(text string) (tokens []token, ok bool) {
	depth := 0
	for at := 0; at < len(text); {
		next := lexOne(text, at)
		tokens = append(tokens, next)
		at += len(next.text)
		if next.kind == punctuationToken {
			depth += strings.Count(next.text, "(") - strings.Count(next.text, ")")
		}
		if len(tokens) > maxTokens || depth > maxDepth {
			return nil, false
		}
	}
	return tokens, true
}

func lexOne(text string, at int) token {
	rest := text[at:]
	char, size := utf8.DecodeRuneInString(rest)
	if unicode.IsSpace(char) {
		return token{kind: blankToken, text: rest[:size]}
	}
	word := wordPattern.FindString(rest)
	for _, rule := range lexerRules {
		found := rule.pattern.FindString(rest)
		if found == "" || (rule.kind == integerToken || rule.kind == floatToken) && beforeWord(rest[len(found):]) {
			continue
		}
		if (rule.kind == orderToken || rule.kind == comparisonToken) && word != "" && isMember(text, at, word) {
			break // a word next to a period is a name
		}
		return token{kind: rule.kind, text: found}
	}
	if word == "" {
		return token{kind: otherToken, text: rest[:size]}
	}
	return token{kind: wordKind(text, at, word), text: word}
}

// beforeWord reports whether rest goes on with a letter, which makes digits before it part of a word.
func beforeWord(rest string) bool {
	char, _ := utf8.DecodeRuneInString(rest)
	return char == '_' || unicode.IsLetter(char)
}

func wordKind(text string, at int, word string) tokenKind {
	lower := strings.ToLower(word)
	rest := text[at+len(word):]
	switch {
	case slices.Contains([]string{"case", "in", "values", "using", "from", "as"}, lower):
		return keywordToken
	case isMember(text, at, word), strings.HasPrefix(rest, "("):
		return nameToken
	case slices.Contains(keywords, lower):
		return keywordToken
	case word == "timestamp":
		return timestampToken
	case lower == "timestamp":
		return keywordToken
	}
	return nameToken
}

var periodAhead = regexp.MustCompile(`^\s*\.(?:[^0-9]|$)`)

// isMember reports whether the word at a place stands before or after a period.
func isMember(text string, at int, word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.IsLetter(first) && (strings.HasSuffix(text[:at], ".") || periodAhead.MatchString(text[at+len(word):]))
}
