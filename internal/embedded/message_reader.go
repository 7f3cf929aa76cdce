package embedded

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
)

// readMessage reads a request as MLflow does: from the query for a GET that has one, else from the JSON body.
func readMessage(request *http.Request, fields []field) (*message, error) {
	sent, err := sentValues(request, fields)
	if err != nil {
		return nil, err
	}
	if err := refuseTwoSpellings(sent, fields); err != nil {
		return nil, err
	}
	read := newMessage()
	whole := fill(read, sent, fields) == nil
	if err := validate(fields, sent, whole); err != nil {
		return nil, err
	}
	return read, nil
}

// firstPart is how much of a body is read before room is made for all of it: so much has to come, whatever its header says.
const firstPart = 64 << 10

// bodyOf reads the body of a request, at most maxBody of it. It makes room for the length that the request tells, once: a buffer that
// grows step by step takes three times as much.
func bodyOf(request *http.Request) ([]byte, error) {
	source := http.MaxBytesReader(nil, request.Body, maxBody)
	var body bytes.Buffer
	if _, err := io.CopyN(&body, source, firstPart); errors.Is(err, io.EOF) {
		return body.Bytes(), nil
	} else if err != nil {
		return nil, err
	}
	if rest := min(request.ContentLength, maxBody) - firstPart; rest > 0 {
		body.Grow(int(rest) + bytes.MinRead)
	}
	_, err := body.ReadFrom(source)
	return body.Bytes(), err
}

func sentValues(request *http.Request, fields []field) (any, error) {
	if err := checkQuery(request); err != nil {
		return nil, err
	}
	query, err := parseQuery(request.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	if request.Method == http.MethodGet && len(query) > 0 {
		return query.values(fields), nil
	}
	if request.Method == http.MethodPost || request.Method == http.MethodPut {
		if err := checkContentType(request.Header.Get("Content-Type")); err != nil {
			return nil, err
		}
	}
	body, err := bodyOf(request)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, tooLong("request", maxBody)
	case err != nil:
		return nil, apiErrorf(codeBadRequest, "embedded registry: the request could not be read: %v", err)
	}
	if err := checkDocument(body); err != nil {
		return nil, err
	}
	value, ok := parseJSON(body)
	if inner, isText := value.(string); ok && isText {
		// Old clients send the document as a string. It is read twice, and so may be half as long.
		if len(inner) > maxBody/2 {
			return nil, tooLong("document in a string", maxBody/2)
		}
		body = []byte(inner)
		if err := checkDocument(body); err != nil {
			return nil, err
		}
		if value, ok = parseJSON(body); !ok {
			return nil, errPage
		}
	}
	if !ok || value == nil {
		return newObject(), nil // to MLflow a body that is no JSON is an empty one
	}
	return value, nil
}

func checkContentType(given string) error {
	if given == "" {
		return invalidf("Bad Request. Content-Type header is missing.")
	}
	if bare, _, _ := strings.Cut(given, ";"); bare != "application/json" {
		return invalidf("Bad Request. Content-Type must be one of ['application/json'].")
	}
	return nil
}

// refuseTwoSpellings refuses a field that is given as run_id and as runId.
func refuseTwoSpellings(sent any, fields []field) error {
	values, ok := sent.(*object)
	if !ok {
		return nil
	}
	for _, field := range fields {
		_, plain := values.get(field.name)
		_, camel := values.get(field.jsonName)
		if field.name != field.jsonName && plain && camel {
			return invalidf("Request specifies both '%s' and '%s'; provide only one of them.", field.name, field.jsonName)
		}
	}
	return nil
}

var errUnreadable = errors.New("a value has the wrong type")

// fill sets the fields that were sent, in the order they were sent, up to the first that has the wrong type.
// What came before it counts, as in MLflow.
func fill(into *message, sent any, fields []field) error {
	values, ok := sent.(*object)
	if !ok {
		if list, ok := sent.([]any); ok && len(list) == 0 {
			return nil
		}
		return errUnreadable
	}
	for _, name := range values.keys {
		for _, field := range fields {
			if field.name != name && field.jsonName != name {
				continue
			}
			value := values.values[name]
			if value == nil {
				break // as if it had not been sent
			}
			if err := field.fill(into, value); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (f field) fill(into *message, value any) error {
	switch f.kind {
	case integerField:
		number, ok := protobufInteger(value)
		if !ok {
			return errUnreadable
		}
		into.integers[f.name] = number
		return nil
	case boolField:
		flag, ok := value.(bool)
		if !ok {
			return errUnreadable
		}
		into.flags[f.name] = flag
		return nil
	case stringsField, tagsField:
		return f.fillList(into, value)
	default:
		text, ok := value.(string)
		if !ok {
			return errUnreadable
		}
		into.strings[f.name] = text
		return nil
	}
}

func (f field) fillList(into *message, value any) error {
	items, ok := value.([]any)
	if !ok {
		return errUnreadable
	}
	for _, item := range items {
		if f.kind == tagsField {
			// A tag that can't be read is there all the same, as far as it went.
			inner := newMessage()
			err := fillTag(inner, item)
			into.tags = append(into.tags, tag{Key: inner.text("key"), Value: inner.text("value")})
			if err != nil {
				return err
			}
			continue
		}
		text, ok := item.(string)
		if !ok {
			return errUnreadable
		}
		into.lists[f.name] = append(into.lists[f.name], text)
	}
	return nil
}

func fillTag(into *message, item any) error {
	if item == nil {
		return errUnreadable
	}
	if _, ok := item.(string); ok {
		return nil
	}
	return fill(into, item, []field{uncheckedText("key"), uncheckedText("value")})
}

// protobufInteger reads what protobuf's JSON form allows for an int64: a number without fraction, or a text.
func protobufInteger(value any) (int64, bool) {
	var number *big.Int
	switch value := value.(type) {
	case json.Number:
		parsed, err := pythonNumber(value)
		if err != nil || !parsed.IsInt() {
			return 0, false
		}
		number, _ = parsed.Int(nil)
	case string:
		parsed, ok := pythonInt(value)
		if !ok || strings.Contains(value, " ") {
			return 0, false
		}
		number = parsed
	default:
		return 0, false
	}
	return number.Int64(), number.IsInt64()
}
