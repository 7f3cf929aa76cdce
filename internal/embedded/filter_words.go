package embedded

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// words reads keywords that are more than a word, or an operator: a sort order, NOT NULL, LIKE and its relatives.
func (l *lexer) words(at int) (tokenKind, int) {
	rest := l.text[at:]
	if first := foldPrefix(rest, "ASC", "DESC"); first > 0 {
		if nulls := l.afterBlanks(rest, first, "NULLS"); nulls > 0 {
			if order := l.afterBlanks(rest, nulls, "FIRST", "LAST"); order > 0 && endsWord(rest[order:]) {
				return orderToken, order
			}
		}
		if endsWord(rest[first:]) {
			return orderToken, first
		}
		return otherToken, 0
	}
	not := foldPrefix(rest, "NOT")
	if not > 0 {
		if null := l.afterBlanks(rest, not, "NULL"); null > 0 && endsWord(rest[null:]) {
			return keywordToken, null
		}
	}
	likes := []string{"LIKE", "ILIKE", "RLIKE", "REGEXP"}
	like := foldPrefix(rest, likes...)
	if not > 0 {
		like = l.afterBlanks(rest, not, likes...)
	}
	if like > 0 && endsWord(rest[like:]) {
		return comparisonToken, like
	}
	return otherToken, 0
}

// afterBlanks returns where one of words ends that comes in text after the given place and at least one blank; 0 if none does.
func (l *lexer) afterBlanks(text string, place int, words ...string) int {
	blanks := 0
	for place+blanks < len(text) && strings.IndexByte("\t\n\f\r ", text[place+blanks]) >= 0 {
		blanks++
	}
	l.steps += blanks
	if length := foldPrefix(text[place+blanks:], words...); blanks > 0 && length > 0 {
		return place + blanks + length
	}
	return 0
}

// foldPrefix returns the length of the first of words that text begins with, in upper or lower case; 0 for none.
func foldPrefix(text string, words ...string) int {
	for _, word := range words {
		length := 0
		for range word {
			_, size := utf8.DecodeRuneInString(text[length:])
			length += size
		}
		if length > 0 && strings.EqualFold(text[:length], word) {
			return length
		}
	}
	return 0
}

// endsWord reports whether a word of ASCII letters ends before rest.
func endsWord(rest string) bool {
	if rest == "" {
		return true
	}
	char := rest[0]
	return char != '_' && (char < '0' || char > '9') && (char < 'a' || char > 'z') && (char < 'A' || char > 'Z')
}

// symbols reads punctuation and operators.
func symbols(rest string) (tokenKind, int) {
	switch {
	case strings.IndexByte(";:()[],.", rest[0]) >= 0:
		return punctuationToken, 1
	case strings.IndexByte("<>=~!", rest[0]) >= 0:
		return comparisonToken, len(rest) - len(strings.TrimLeft(rest, "<>=~!"))
	case strings.IndexByte("-*?", rest[0]) >= 0:
		return operatorToken, 1
	}
	return operatorToken, len(rest) - len(strings.TrimLeft(rest, "-+/@#%^&|"))
}

// word returns the length in bytes of the word that begins at a place; 0 for none. Within a word, it ends where that ends.
func (l *lexer) word(at int) int {
	first, size := utf8.DecodeRuneInString(l.text[at:])
	if !isWordCharacter(first) {
		return 0
	}
	if at >= l.wordEnd {
		end := at + size
		for end < len(l.text) {
			char, size := utf8.DecodeRuneInString(l.text[end:])
			if !isWordCharacter(char) && char != '$' && char != '#' {
				break
			}
			end += size
		}
		l.steps += end - at
		l.wordEnd = end
	}
	return l.wordEnd - at
}

func (l *lexer) wordKind(at int, word string) tokenKind {
	lower := strings.ToLower(word)
	rest := l.text[at+len(word):]
	switch {
	case slices.Contains([]string{"case", "in", "values", "using", "from", "as"}, lower):
		return keywordToken
	case l.isMember(at, word), strings.HasPrefix(rest, "("):
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

// isMember reports whether the word at a place stands before or after a period.
func (l *lexer) isMember(at int, word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	if !unicode.IsLetter(first) {
		return false
	}
	if strings.HasSuffix(l.text[:at], ".") {
		return true
	}
	behind := l.text[at+len(word):]
	after := strings.TrimLeft(behind, "\t\n\f\r ")
	l.steps += len(behind) - len(after)
	return strings.HasPrefix(after, ".") && (len(after) == 1 || after[1] < '0' || after[1] > '9')
}
