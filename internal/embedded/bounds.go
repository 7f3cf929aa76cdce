package embedded

import "net/http"

// The bounds of a request. Whatever is beyond one is refused with 400 before anything is made of it. SECURITY.md has the
// list of all bounds. Where MLflow has a bound of its own it is the same one, answered in the same way.
const (
	// maxBody bounds a body in bytes. MLflow's largest field, a tag's value, holds 100,000 characters.
	maxBody = 8 << 20
	// maxQuery bounds a query string in bytes. An MLflow server hangs up at about as many.
	maxQuery = 128 << 10
	// maxPairs bounds the names and values in a query string.
	maxPairs = 1000
	// maxValues bounds the members and items in a JSON document, at all depths.
	maxValues = 20_000
	// maxNesting is how deep a JSON document may go. MLflow's parser gives up a little later, with a 500.
	maxNesting = 900
	// maxClause bounds a filter, and a clause of order_by, in bytes. MLflow bounds their tokens (maxTokens, maxDepth).
	maxClause = 100_000
	// maxConditions bounds the conditions of a filter. SQLite, and so MLflow, has room for a few less than a thousand.
	maxConditions = 500
	// maxPattern bounds the pattern of a LIKE in bytes. To look for one takes its length times that of the text.
	maxPattern = 1000
	// maxPageToken bounds a page token in bytes. Those that are given out have a few dozen.
	maxPageToken = 10_000
	// maxDigits is how many digits Python reads a whole number of (sys.get_int_max_str_digits).
	maxDigits = 4300
	// maxMessage bounds the message of an error in bytes, which repeats what was sent: beyond it, the message is cut.
	maxMessage = 256 << 10
)

func tooLong(what string, most int) error {
	return invalidf("embedded registry: the %s is longer than %d bytes", what, most)
}

func tooMany(what string, most int) error {
	return invalidf("embedded registry: the request has more than %d %s", most, what)
}

// checkQuery refuses a query string that is too long.
func checkQuery(request *http.Request) error {
	if len(request.URL.RawQuery) > maxQuery {
		return tooLong("query", maxQuery)
	}
	return nil
}

// checkDocument refuses a JSON document that has too many values or goes too deep. It reads the text as it is, whether it is
// JSON or not, and makes nothing.
func checkDocument(text []byte) error {
	values, depth, inText := 0, 0, false
	for at := 0; at < len(text); at++ {
		char := text[at]
		switch {
		case inText && char == '\\':
			at++ // what is behind it belongs to the text
		case char == '"':
			inText = !inText
		case inText:
		case char == '[' || char == '{':
			values++
			depth++
		case char == ']' || char == '}':
			depth--
		case char == ',':
			values++
		}
		if values > maxValues {
			return tooMany("values", maxValues)
		}
		if depth > maxNesting {
			return invalidf("embedded registry: the request is nested deeper than %d", maxNesting)
		}
	}
	return nil
}
