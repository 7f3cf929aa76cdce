package embedded

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// pageToken returns MLflow's token for the page that starts at offset: {"offset": 100} in base64.
func pageToken(offset int64) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"offset": %d}`, offset))
}

// parsePageToken returns the offset of a token; 0 for none.
func parsePageToken(token string) (int64, error) {
	if token == "" {
		return 0, nil
	}
	if len(token) > maxPageToken {
		return 0, tooLong("page token", maxPageToken)
	}
	for _, char := range token {
		if char > 0x7f {
			return 0, errPage
		}
	}
	decoded, ok := pythonBase64(token)
	if !ok {
		return 0, invalidf("Invalid page token, could not base64-decode")
	}
	parsed, ok := parseJSON(decoded)
	if !ok {
		return 0, invalidf("Invalid page token, decoded value=%s", pythonBytes(decoded))
	}
	values, ok := parsed.(*object)
	if !ok {
		return 0, errPage
	}
	offset, _ := values.get("offset")
	switch offset {
	case nil, false, "", json.Number("0"):
		return 0, invalidf("Invalid page token, parsed value=%s", pythonValue(parsed))
	}
	number, ok, err := integerOf(offset)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, invalidf("Invalid page token, not stringable %v", offset)
	case !number.IsInt64() || number.Int64() > math.MaxInt64-(1<<32) || number.Int64() < math.MinInt64+(1<<32):
		return 0, apiErrorf(codeInternal, "Python int too large to convert to SQLite INTEGER")
	}
	return number.Int64(), nil
}

// pythonBase64 decodes as Python's base64.b64decode does: characters that are not base64 are skipped.
func pythonBase64(text string) ([]byte, bool) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var digits []byte
	padding := 0
	for i := range len(text) {
		switch {
		case text[i] == '=':
			if len(digits)%4 < 2 {
				continue
			}
			if padding++; len(digits)%4+padding == 4 {
				decoded, err := base64.RawStdEncoding.DecodeString(string(digits))
				return decoded, err == nil
			}
		case strings.IndexByte(alphabet, text[i]) >= 0:
			digits, padding = append(digits, text[i]), 0
		}
	}
	if len(digits)%4 != 0 {
		return nil, false
	}
	decoded, err := base64.StdEncoding.DecodeString(string(digits))
	return decoded, err == nil
}

// pythonBytes writes bytes as Python's repr does.
func pythonBytes(data []byte) string {
	quote := byte('\'')
	if strings.ContainsRune(string(data), '\'') && !strings.ContainsRune(string(data), '"') {
		quote = '"'
	}
	short := map[byte]string{'\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, quote: `\` + string(quote)}
	out := []byte{'b', quote}
	for _, char := range data {
		escape, ok := short[char]
		switch {
		case ok:
			out = append(out, escape...)
		case char >= ' ' && char < 0x7f:
			out = append(out, char)
		default:
			out = fmt.Appendf(out, `\x%02x`, char)
		}
	}
	return string(append(out, quote))
}

// pythonValue writes a JSON value as Python's repr does.
func pythonValue(value any) string {
	switch value := value.(type) {
	case nil:
		return "None"
	case bool:
		if value {
			return "True"
		}
		return "False"
	case string:
		return pythonRepr(value)
	case []any:
		items := make([]string, 0, len(value))
		for _, item := range value {
			items = append(items, pythonValue(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case *object:
		items := make([]string, 0, len(value.keys))
		for _, key := range value.keys {
			items = append(items, pythonRepr(key)+": "+pythonValue(value.values[key]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	default:
		return pythonJSON(value)
	}
}
