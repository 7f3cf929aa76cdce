package embedded

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// MLflow's messages show values as Python writes them. This file writes and reads them the same way.

// pythonType returns the name of the Python type of a JSON value.
func pythonType(value any) string {
	switch value := value.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case json.Number:
		if isFloat(value) {
			return "float"
		}
		return "int"
	case string:
		return "str"
	case []any:
		return "list"
	default:
		return "dict"
	}
}

func isFloat(number json.Number) bool { return strings.ContainsAny(string(number), ".eE") }

// pythonJSON writes a value as Python's json.dumps does with sorted keys and no blanks.
func pythonJSON(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(value)
	case json.Number:
		if !isFloat(value) {
			return string(value)
		}
		parsed, _ := value.Float64()
		if math.IsInf(parsed, 0) {
			return strings.Replace(pythonFloat(parsed), "inf", "Infinity", 1)
		}
		return pythonFloat(parsed)
	case string:
		return asciiJSON(value)
	case []any:
		items := make([]string, 0, len(value))
		for _, item := range value {
			items = append(items, pythonJSON(item))
		}
		return "[" + strings.Join(items, ",") + "]"
	case *object:
		items := make([]string, 0, len(value.keys))
		for _, key := range value.sortedKeys() {
			items = append(items, asciiJSON(key)+":"+pythonJSON(value.values[key]))
		}
		return "{" + strings.Join(items, ",") + "}"
	default:
		return fmt.Sprint(value)
	}
}

// asciiJSON writes a JSON string in ASCII.
func asciiJSON(text string) string {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\f': `\f`, '\b': `\b`}
	var out strings.Builder
	out.WriteByte('"')
	for _, char := range text {
		escape, ok := short[char]
		switch {
		case ok:
			out.WriteString(escape)
		case char >= ' ' && char < 0x7f || char == 0x7f:
			out.WriteRune(char)
		case char > 0xffff:
			high, low := utf16.EncodeRune(char)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, char)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// pythonFloat writes a float as Python's repr does.
func pythonFloat(number float64) string {
	if math.IsInf(number, 0) {
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(number, 'g', -1, 64)), "+")
	}
	text := strconv.FormatFloat(number, 'e', -1, 64)
	exponent, _ := strconv.Atoi(text[strings.IndexByte(text, 'e')+1:])
	if exponent < -4 || exponent >= 16 {
		return text
	}
	text = strconv.FormatFloat(number, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// pythonRepr writes a string as Python's repr does.
func pythonRepr(text string) string {
	quote := '\''
	if strings.ContainsRune(text, '\'') && !strings.ContainsRune(text, '"') {
		quote = '"'
	}
	short := map[rune]string{'\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, quote: `\` + string(quote)}
	var out strings.Builder
	out.WriteRune(quote)
	for _, char := range text {
		escape, ok := short[char]
		switch {
		case ok:
			out.WriteString(escape)
		case char == ' ' || unicode.IsPrint(char):
			out.WriteRune(char)
		case char <= 0xff:
			fmt.Fprintf(&out, `\x%02x`, char)
		case char <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, char)
		default:
			fmt.Fprintf(&out, `\U%08x`, char)
		}
	}
	out.WriteRune(quote)
	return out.String()
}

// pythonReprs writes a list of strings as Python's repr does.
func pythonReprs(texts []string) string {
	items := make([]string, 0, len(texts))
	for _, text := range texts {
		items = append(items, pythonRepr(text))
	}
	return strings.Join(items, ", ")
}

// pythonNumber returns the value that Python gives a JSON number: a whole one exactly, any other as a float. It fails for an
// infinite one, of which Python makes no whole number.
func pythonNumber(number json.Number) (*big.Float, error) {
	if !isFloat(number) {
		whole, ok := new(big.Int).SetString(string(number), 10)
		if !ok {
			return nil, errBadJSON
		}
		return new(big.Float).SetInt(whole), nil
	}
	value, err := number.Float64()
	if err != nil {
		return nil, err
	}
	return big.NewFloat(value), nil
}

// pythonInt reads an integer as Python's int() does: blanks around it, a sign, single underscores between
// digits, digits of any script.
func pythonInt(text string) (*big.Int, bool) {
	text = strings.TrimFunc(text, unicode.IsSpace)
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "+"), "-")
	if len(text)-len(digits) > 1 || digits == "" {
		return nil, false
	}
	var plain strings.Builder
	underscore := true // as if one had gone before: none may lead
	for _, char := range digits {
		switch {
		case char == '_' && !underscore:
			underscore = true
		case plain.Len() == maxDigits:
			return nil, false
		case char >= '0' && char <= '9':
			plain.WriteByte(byte(char))
			underscore = false
		case unicode.Is(unicode.Nd, char):
			plain.WriteByte('0' + digitValue(char))
			underscore = false
		default:
			return nil, false
		}
	}
	if underscore {
		return nil, false
	}
	value, ok := new(big.Int).SetString(plain.String(), 10)
	if ok && strings.HasPrefix(text, "-") {
		value.Neg(value)
	}
	return value, ok
}

// digitValue returns the value of a decimal digit. Unicode has each script's ten digits in a row.
func digitValue(char rune) byte {
	for _, row := range unicode.Nd.R16 {
		if char >= rune(row.Lo) && char <= rune(row.Hi) {
			return byte((char - rune(row.Lo)) % 10)
		}
	}
	for _, row := range unicode.Nd.R32 {
		if char >= rune(row.Lo) && char <= rune(row.Hi) {
			return byte((char - rune(row.Lo)) % 10)
		}
	}
	return 0
}

// isWordCharacter reports whether Python's \w matches char.
func isWordCharacter(char rune) bool {
	return char == '_' || unicode.IsLetter(char) || unicode.IsNumber(char)
}
