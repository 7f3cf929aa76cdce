package embedded

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// condition is one comparison of a filter, such as tags.`team` LIKE 'ml-%'.
type condition struct {
	tag        bool   // on a tag; else on an attribute
	key        string // the tag's key or the attribute
	comparator string // in upper case
	value      any    // string, integer (a json-like literal), float or []string
}

// isPattern reports whether the value stands for more than itself.
func (c condition) isPattern() bool { return c.comparator == "LIKE" || c.comparator == "ILIKE" }

// literalInteger and literalFloat are numbers as they were written.
type (
	literalInteger string
	literalFloat   string
)

// filterGrammar is what distinguishes the filters of models from those of versions.
type filterGrammar struct {
	attributes []string // that can be compared
	lists      []string // of those, the ones that IN is for
	numeric    []string // named in the error for a number; nil where no number is allowed
	searched   string   // what the search is for, as the error for IS NULL says it
}

// parse returns the conditions of a filter. All must hold: AND is the only connection there is, and MLflow
// does not even ask for it.
func (g filterGrammar) parse(filter string) ([]condition, error) {
	if filter == "" {
		return nil, nil
	}
	if len(filter) > maxClause {
		return nil, tooLong("filter", maxClause)
	}
	tokens, ok := lex(filter)
	if !ok {
		return nil, invalidf("Error on parsing filter '%s'", filter)
	}
	statements := splitStatements(tokens)
	if len(statements) == 0 {
		return nil, invalidf("Invalid filter '%s'. Could not be parsed.", filter)
	}
	if len(statements) > 1 {
		return nil, invalidf("Search filter contained multiple expression %s. Provide AND-ed expression list.",
			pythonRepr(filter))
	}
	comparisons := joinLists(groupTokens(filter, statements[0]))
	var invalid []string
	for _, next := range comparisons {
		if next.kind != comparisonGroup && next.kind != blankToken && !next.isKeyword("and") {
			invalid = append(invalid, next.text)
		}
	}
	if invalid != nil {
		return nil, invalidf("Invalid clause(s) in filter string: %s", strings.Join(invalid, ", "))
	}
	var conditions []condition
	for _, next := range comparisons {
		if next.kind != comparisonGroup {
			continue
		}
		if len(conditions) == maxConditions {
			return nil, tooMany("conditions", maxConditions)
		}
		parsed, err := g.condition(next)
		if err != nil {
			return nil, err
		}
		if pattern, ok := parsed.value.(string); ok && parsed.isPattern() && len(pattern) > maxPattern {
			return nil, tooLong("pattern of a "+parsed.comparator, maxPattern)
		}
		conditions = append(conditions, parsed)
	}
	return conditions, nil
}

// joinLists makes comparisons of a name, IN or NOT IN, and a list. From a name on that starts nothing of the
// kind it skips as many tokens as it has looked at, as MLflow does.
func joinLists(tokens []token) []token {
	tokens = slices.DeleteFunc(tokens, func(t token) bool { return t.kind == blankToken })
	out := make([]token, 0, len(tokens))
	for at := 0; at < len(tokens); {
		rest := tokens[at:]
		switch {
		case len(rest) < 3:
			return append(out, rest...)
		case rest[0].kind != identifierToken:
			out = append(out, rest[0])
			at++
		case rest[1].isKeyword("in") && rest[2].kind == parenthesisToken:
			out = append(out, token{kind: comparisonGroup, parts: []token{rest[0], {kind: comparisonToken, text: "IN"}, rest[2]}})
			at += 3
		case rest[1].isKeyword("is") && (rest[2].isKeyword("null") || rest[2].kind == keywordToken && isNotNull(rest[2].text)):
			out = append(out, token{kind: comparisonGroup, parts: rest[:2]})
			at += 3
		case len(rest) == 3:
			return append(out, rest...)
		case rest[1].isKeyword("not") && rest[2].isKeyword("in") && rest[3].kind == parenthesisToken:
			out = append(out, token{kind: comparisonGroup, parts: []token{rest[0], {kind: comparisonToken, text: "NOT IN"}, rest[3]}})
			at += 4
		default:
			out = append(out, rest[:4]...)
			at += 4
		}
	}
	return out
}

func isNotNull(text string) bool { return strings.ToUpper(text) == "NOT NULL" }

func (g filterGrammar) condition(comparison token) (condition, error) {
	parts := slices.DeleteFunc(slices.Clone(comparison.parts), func(t token) bool { return t.kind == blankToken })
	if len(parts) == 2 {
		return condition{}, invalidf("IS NULL / IS NOT NULL is not supported for %s search.", g.searched)
	}
	left, right := parts[0], parts[2]
	if left.kind != identifierToken {
		return condition{}, invalidf("Invalid comparison clause. Expected 'Identifier' found '%s'", left.text)
	}
	result, err := g.identifier(left.text)
	if err != nil {
		return condition{}, err
	}
	result.comparator = strings.ToUpper(parts[1].text)
	result.value, err = g.value(result, right)
	return result, err
}

// identifier reads name, attribute.name, tag.key or tags.`key`.
func (g filterGrammar) identifier(text string) (condition, error) {
	entity, key, dotted := strings.Cut(text, ".")
	if !dotted {
		entity, key = "attribute", text
	}
	if entity != "attribute" && entity != "tag" && entity != "tags" {
		return condition{}, invalidf("Invalid entity type '%s'. Valid entity types are ('attribute', 'tag', 'tags')", entity)
	}
	isTag := entity != "attribute"
	if !isTag && !slices.Contains(g.attributes, key) {
		return condition{}, invalidf("Invalid attribute key '%s' specified. Valid keys are '{%s}'", key, pythonReprs(g.attributes))
	}
	return condition{tag: isTag, key: trimQuotes(trimQuotes(key, `'"`), "`")}, nil
}

// trimQuotes takes off quotes of one of the given kinds.
func trimQuotes(text, quotes string) string {
	if len(text) >= 2 && text[0] == text[len(text)-1] && strings.IndexByte(quotes, text[0]) >= 0 {
		return text[1 : len(text)-1]
	}
	return text
}

// value reads the right side. A quoted text is taken as it stands: there is no escape.
func (g filterGrammar) value(left condition, right token) (any, error) {
	if right.kind == stringToken || right.kind == identifierToken {
		if plain := trimQuotes(right.text, `'"`); len(plain) != len(right.text) {
			return plain, nil
		}
		return nil, invalidf("Parameter value is either not quoted or unidentified quote types used for string value %s. "+
			"Use either single or double quotes.", right.text)
	}
	switch {
	case left.tag:
		return nil, invalidf("Expected a quoted string value for tag (e.g. 'my-value'). Got value %s", right.text)
	case right.kind == parenthesisToken:
		if !slices.Contains(g.lists, left.key) {
			return nil, invalidf("Only [%s] attributes support comparison with a list of quoted string values.",
				pythonReprs(g.lists))
		}
		return parseList(right.text)
	case g.numeric != nil && right.is(integerToken, floatToken):
		if !slices.Contains(g.numeric, left.key) {
			return nil, invalidf("Only the '{%s}' attributes support comparison with numeric values.", pythonReprs(g.numeric))
		}
		if right.kind == integerToken {
			return literalInteger(right.text), nil
		}
		return literalFloat(right.text), nil
	}
	return nil, invalidf("Expected a quoted string value or a list of quoted string values for attributes. Got value %s",
		right.text)
}

var errIllFormed = errors.New("ill-formed")

// parseList reads ('a', "b"): what Python takes for a tuple of strings, or one string in parentheses.
func parseList(text string) ([]string, error) {
	tuple, plain, err := parsePythonTuple(text)
	switch {
	case errors.Is(err, errIllFormed):
		return nil, invalidf("While parsing a list in the query, expected a non-empty list of string values, but got " +
			"ill-formed list.")
	case err != nil:
		return nil, err
	case len(tuple.items) == 0:
		return nil, invalidf("While parsing a list in the query, expected a non-empty list of string values, but got empty list")
	case !plain:
		return nil, invalidf("While parsing a list in the query, expected string value, punctuation, or whitespace, but got "+
			"different type in list: %s", tuple.repr())
	}
	var items []string
	for _, item := range tuple.items {
		items = append(items, item.text)
	}
	return items, nil
}

// number reads the value of a comparison with a number: 3 or '3'.
func (c condition) number() (int64, error) {
	wrong := func(shown string) error {
		return invalidf("Invalid value for numeric attribute '%s': %s", c.key, shown)
	}
	switch value := c.value.(type) {
	case literalInteger:
		number, ok := pythonInt(string(value))
		if !ok {
			return 0, wrong(string(value))
		}
		return databaseInteger(number)
	case literalFloat:
		parsed, _ := strconv.ParseFloat(string(value), 64)
		return 0, wrong(pythonFloat(parsed))
	case string:
		number, ok := pythonInt(value)
		if !ok {
			return 0, wrong(pythonRepr(value))
		}
		return databaseInteger(number)
	default:
		return 0, wrong("a list")
	}
}
