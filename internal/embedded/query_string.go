package embedded

import (
	"net/url"
	"strings"
)

// queryPair is one name and value of a query string.
type queryPair struct{ name, value string }

// queryString is a query string in its order.
type queryString []queryPair

// parseQuery reads a query string as MLflow's web framework does: a name without '=' has an empty value, and
// what is wrongly escaped stands for itself.
func parseQuery(raw string) (queryString, error) {
	var pairs queryString
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		if len(pairs) == maxPairs {
			return nil, tooMany("parameters", maxPairs)
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, queryPair{unescape(name), unescape(value)})
	}
	return pairs, nil
}

func unescape(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return strings.ToValidUTF8(strings.ReplaceAll(text, "+", " "), "\ufffd")
	}
	return strings.ToValidUTF8(plain, "\ufffd")
}

func (q queryString) all(name string) []any {
	var values []any
	for _, pair := range q {
		if pair.name == name {
			values = append(values, pair.value)
		}
	}
	return values
}

// values returns the fields of a request that the query names.
func (q queryString) values(fields []field) *object {
	result := newObject()
	for _, field := range fields {
		given := q.all(field.name)
		switch {
		case len(given) == 0:
		case field.repeated():
			result.set(field.name, given)
		default:
			result.set(field.name, given[0])
		}
	}
	return result
}
