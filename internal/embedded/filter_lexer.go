package embedded

import (
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
	at    int     // where the text begins in the filter
	parts []token // of a group
}

func (t token) isKeyword(word string) bool {
	return t.kind == keywordToken && strings.EqualFold(t.text, word)
}

func (t token) is(kinds ...tokenKind) bool { return slices.Contains(kinds, t.kind) }

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

// lexer cuts a filter into tokens. No character is looked at more than a few times, whatever the filter.
type lexer struct {
	text string
	// steps counts characters that were looked at.
	steps int
	// last is where each kind of quotes stands last, and the end of a comment; -1 for nowhere.
	lastSingle, lastDouble, lastBacktick, lastComment int
	// wordEnd is where the word ends that was looked at last.
	wordEnd int
}

func newLexer(text string) *lexer {
	return &lexer{
		text: text, steps: len(text),
		lastSingle: strings.LastIndexByte(text, '\''), lastDouble: strings.LastIndexByte(text, '"'),
		lastBacktick: strings.LastIndexByte(text, '`'), lastComment: strings.LastIndex(text, "*/"),
	}
}

// lex cuts a filter into tokens that together are the filter. ok is false for one beyond all measure.
func lex(text string) (tokens []token, ok bool) { return newLexer(text).lex() }

func (l *lexer) lex() (tokens []token, ok bool) {
	depth := 0
	for at := 0; at < len(l.text); {
		kind, size := l.next(at)
		next := token{kind: kind, text: l.text[at : at+size], at: at}
		tokens = append(tokens, next)
		at += size
		if kind == punctuationToken {
			depth += strings.Count(next.text, "(") - strings.Count(next.text, ")")
		}
		if len(tokens) > maxTokens || depth > maxDepth {
			return nil, false
		}
	}
	return tokens, true
}

// next returns what begins at a place, and its length in bytes. The kinds are tried in sqlparse's order.
func (l *lexer) next(at int) (tokenKind, int) {
	rest := l.text[at:]
	char, size := utf8.DecodeRuneInString(rest)
	if unicode.IsSpace(char) {
		l.steps++
		return blankToken, size
	}
	kind, length := l.phrase(at)
	if kind == otherToken && length == 0 {
		if kind, length = l.words(at); length == 0 {
			kind, length = symbols(rest)
		}
	}
	if word := l.word(at); word > 0 && (length == 0 || kind.givesWay() && l.isMember(at, rest[:word])) {
		return l.wordKind(at, rest[:word]), word
	}
	if length == 0 {
		kind, length = otherToken, size
	}
	l.steps += length
	return kind, length
}

// givesWay reports whether a word next to a period is a name rather than this.
func (k tokenKind) givesWay() bool { return k == orderToken || k == comparisonToken }

// phrase reads comments, numbers and what is in quotes.
func (l *lexer) phrase(at int) (tokenKind, int) {
	rest := l.text[at:]
	switch {
	case strings.HasPrefix(rest, "--"), strings.HasPrefix(rest, "# "):
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return otherToken, end
		}
		return otherToken, len(rest)
	case strings.HasPrefix(rest, "/*") && l.lastComment >= at+2:
		return otherToken, 2 + strings.Index(rest[2:], "*/") + 2
	case rest[0] == '`' && l.lastBacktick > at:
		return nameToken, l.quoted(at, '`', l.lastBacktick, false)
	case rest[0] == '\'' && l.lastSingle > at:
		return stringToken, l.quoted(at, '\'', l.lastSingle, true)
	case rest[0] == '"' && l.lastDouble > at:
		return symbolToken, l.quoted(at, '"', l.lastDouble, true)
	}
	for _, number := range []struct {
		kind   tokenKind
		length int
	}{{floatToken, scientific(rest)}, {floatToken, decimal(rest)}, {integerToken, integer(rest)}} {
		if number.length > 0 && !beforeWord(rest[number.length:]) {
			return number.kind, number.length
		}
	}
	return otherToken, 0
}

// quoted returns the length of what is in quotes from a place on. A doubled quote, or one behind a backslash, belongs to
// it if there is another one behind, which is what sqlparse's expressions come to.
func (l *lexer) quoted(start int, quote byte, last int, escapes bool) int {
	for at := start + 1; ; at++ {
		char := l.text[at]
		escaped := escapes && char == '\\' && l.text[at+1] == quote
		switch {
		case escaped && last < at+2:
			return at + 2 - start
		case escaped, char == quote && at < last && l.text[at+1] == quote && last >= at+2:
			at++
		case char == quote:
			return at + 1 - start
		}
	}
}

// digits returns how many ASCII digits text begins with.
func digits(text string) int {
	length := 0
	for length < len(text) && text[length] >= '0' && text[length] <= '9' {
		length++
	}
	return length
}

// sign returns the length of a minus at the beginning of text.
func sign(text string) int {
	if strings.HasPrefix(text, "-") {
		return 1
	}
	return 0
}

// integer returns the length of a number such as -12 at the beginning of text; 0 for none.
func integer(text string) int {
	if whole := digits(text[sign(text):]); whole > 0 {
		return sign(text) + whole
	}
	return 0
}

// decimal returns the length of a number such as 1.5, 1. or .5.
func decimal(text string) int {
	length := sign(text)
	whole := digits(text[length:])
	length += whole
	if !strings.HasPrefix(text[length:], ".") {
		return 0
	}
	fraction := digits(text[length+1:])
	if whole == 0 && fraction == 0 {
		return 0
	}
	return length + 1 + fraction
}

// scientific returns the length of a number such as 1.5e-7.
func scientific(text string) int {
	length := integer(text)
	if length == 0 {
		return 0
	}
	if fraction := digits(strings.TrimPrefix(text[length:], ".")); strings.HasPrefix(text[length:], ".") && fraction > 0 {
		length += 1 + fraction
	}
	if length == len(text) || text[length] != 'e' && text[length] != 'E' {
		return 0
	}
	exponent := integer(text[length+1:])
	if exponent == 0 {
		return 0
	}
	return length + 1 + exponent
}

// beforeWord reports whether rest goes on with a letter, which makes digits before it part of a word.
func beforeWord(rest string) bool {
	char, _ := utf8.DecodeRuneInString(rest)
	return char == '_' || unicode.IsLetter(char)
}
