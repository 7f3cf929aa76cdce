package embedded

import (
	"slices"
	"strings"
)

// sortKey is one clause of order_by.
type sortKey struct {
	key       string
	ascending bool
}

// parseSortKey reads a clause such as "name", "`name` DESC" or "timestamp ASC".
func parseSortKey(clause string) (sortKey, error) {
	if len(clause) > maxClause {
		return sortKey{}, tooLong("order_by clause", maxClause)
	}
	unreadable := invalidf("Invalid order_by clause '%s'. Could not be parsed.", clause)
	lexed, ok := lex(clause)
	if !ok {
		return sortKey{}, invalidf("Error on parsing order_by clause '%s'", clause)
	}
	statements := splitStatements(lexed)
	if len(statements) != 1 {
		return sortKey{}, unreadable
	}
	tokens := groupTokens(clause, statements[0])
	var text string
	switch last := tokens[len(tokens)-1]; {
	case len(tokens) == 1 && tokens[0].is(identifierToken, timestampToken):
		text = tokens[0].text
	case tokens[0].kind == timestampToken && last.kind == orderToken &&
		!slices.ContainsFunc(tokens[1:len(tokens)-1], func(t token) bool { return t.kind != blankToken }):
		text = tokens[0].text + " " + last.text
	default:
		return sortKey{}, unreadable
	}
	words, ok := splitWords(strings.ReplaceAll(text, "`", `"`))
	switch {
	case !ok:
		return sortKey{}, errPage
	case len(words) > 2:
		return sortKey{}, unreadable
	case len(words) < 2:
		return sortKey{key: strings.TrimSpace(text), ascending: true}, nil
	}
	direction := asciiLower(words[1])
	if direction != "asc" && direction != "desc" {
		return sortKey{}, invalidf("Invalid ordering key in order_by clause '%s'.", clause)
	}
	return sortKey{key: strings.TrimSpace(words[0]), ascending: direction == "asc"}, nil
}

// splitWords splits at blanks outside quotes and takes the quotes off, as a shell does.
func splitWords(text string) (words []string, ok bool) {
	var word strings.Builder
	inWord := false
	var quote rune
	for _, char := range text {
		switch {
		case quote != 0 && char == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(char)
		case char == '"' || char == '\'':
			quote, inWord = char, true
		case char == ' ' || char == '\t' || char == '\r' || char == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(char)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, quote == 0
}

// orderClauses returns the SQL of the clauses. columns maps each key to its column; keyOf refuses a key that
// does not exist. The tie-breakers are added unless the clauses name their columns.
func orderClauses(clauses []string, keyOf func(string) (column string, err error), ties ...sortKey) (string, error) {
	var parts []string
	var seen []string
	for _, clause := range clauses {
		parsed, err := parseSortKey(clause)
		if err != nil {
			return "", err
		}
		column, err := keyOf(parsed.key)
		if err != nil {
			return "", err
		}
		if slices.Contains(seen, column) {
			return "", apiErrorf(codeInternal, "`order_by` contains duplicate fields: [%s]", pythonReprs(clauses))
		}
		seen = append(seen, column)
		parts = append(parts, sortKey{column, parsed.ascending}.sql())
	}
	for _, tie := range ties {
		if !slices.Contains(seen, tie.key) {
			parts = append(parts, tie.sql())
		}
	}
	return strings.Join(parts, ", "), nil
}

func (k sortKey) sql() string {
	if k.ascending {
		return k.key + " ASC"
	}
	return k.key + " DESC"
}
