package embedded

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

// encoded is what encoding/json makes of a document.
func encoded(t *testing.T, document any) string {
	t.Helper()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// setAll sets every exported field of a struct, so that none is forgotten.
func setAll(value reflect.Value, text string) {
	switch value.Kind() {
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				setAll(value.Field(i), text)
			}
		}
	case reflect.Slice:
		value.Set(reflect.MakeSlice(value.Type(), 2, 2))
		setAll(value.Index(0), text)
		setAll(value.Index(1), text+"2")
	case reflect.Pointer:
		value.Set(reflect.New(value.Type().Elem()))
		setAll(value.Elem(), text)
	case reflect.String:
		value.SetString(text)
	case reflect.Int64:
		value.SetInt(int64(len(text)) - 5)
	default:
		panic(value.Kind())
	}
}

// versionPage is an answer to a search.
type versionPage struct {
	Versions      []versionMessage `json:"model_versions,omitempty"`
	NextPageToken string           `json:"next_page_token,omitempty"`
}

func FuzzVersionsAreWrittenAsEncodingJSONWould(f *testing.F) {
	for _, text := range []string{"", "plain", `"quoted" \`, "<&>", "ünï 日本 \u2028", "\x00\x1f\x7f\n\t", "\xff", "[\"a\",\"b\"]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var full versionPage
		setAll(reflect.ValueOf(&full).Elem(), text)
		for _, page := range []versionPage{full, {}, {NextPageToken: text}, {Versions: make([]versionMessage, 2)}} {
			for _, way := range []func(*longAnswer, versionMessage) error{
				func(answer *longAnswer, version versionMessage) error {
					defer version.write(&answer.json)
					return answer.next()
				},
				func(answer *longAnswer, version versionMessage) error { return answer.element(version) },
			} {
				answer := newLongAnswer("model_versions", nil)
				for _, version := range page.Versions {
					if err := way(answer, version); err != nil {
						t.Fatal(err)
					}
				}
				answer.end(page.NextPageToken)
				if got, want := string(bytes.Join(answer.pieces, nil)), encoded(t, page); got != want {
					t.Fatalf("wrote\n%s, want\n%s", got, want)
				}
			}
		}
	})
}

func FuzzPairsAreReadAsEncodingJSONWould(f *testing.F) {
	for _, text := range []string{"", "k", `","`, `"],["`, `\`, "null", "ü\x00\n"} {
		f.Add(text, "v", text)
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		for _, pairs := range [][][2]any{{{a, b}}, {{a, b}, {b, c}}, {{a, nil}}, {{a, nil}, {b, c}}, {{a, b}, {c, nil}}, {{a, nil}, {c, nil}}} {
			text, err := json.Marshal(pairs)
			if err != nil {
				t.Fatal(err)
			}
			var want [][2]string
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if got, err := scanPairs(string(text)); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("scanPairs(%s) = %q, %v, want %q", text, got, err, want)
			}
		}
	})
}
