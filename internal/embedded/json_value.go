package embedded

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// object is a JSON object that keeps the order of its keys: how far MLflow reads a request that holds a
// value of the wrong type depends on it.
type object struct {
	keys   []string
	values map[string]any
}

func newObject() *object { return &object{values: map[string]any{}} }

func (o *object) set(key string, value any) {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

func (o *object) get(key string) (any, bool) {
	value, ok := o.values[key]
	return value, ok
}

var errBadJSON = errors.New("bad JSON")

// parseJSON returns nil, a bool, a json.Number, a string, a []any or an *object.
// ok is false if the text is no JSON document.
func parseJSON(text []byte) (value any, ok bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := parseValue(decoder, 0)
	if err != nil {
		return nil, false
	}
	_, err = decoder.Token()
	return value, errors.Is(err, io.EOF)
}

func parseValue(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	if number, ok := token.(json.Number); ok && !isFloat(number) && len(strings.TrimPrefix(string(number), "-")) > maxDigits {
		return nil, errBadJSON
	}
	delimiter, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, nil
	case depth > maxNesting:
		return nil, errBadJSON
	case delimiter == '[':
		return parseArray(decoder, depth)
	default:
		return parseObject(decoder, depth)
	}
}

func parseArray(decoder *json.Decoder, depth int) (any, error) {
	items := []any{}
	for decoder.More() {
		item, err := parseValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := decoder.Token()
	return items, err
}

func parseObject(decoder *json.Decoder, depth int) (any, error) {
	result := newObject()
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			return nil, errBadJSON
		}
		value, err := parseValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		result.set(name, value)
	}
	_, err := decoder.Token()
	return result, err
}

// sortedKeys returns the keys in ascending order.
func (o *object) sortedKeys() []string { return slices.Sorted(slices.Values(o.keys)) }
