package embedded

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

// What a client sends may mean harm. For each reader of it there is a fuzz target here. What it may cost is counted, in steps or
// in bytes that are allocated, and never in time. Inputs are repeated so that they become long: bounds are only found by what
// is beyond them.

// longInput makes an input of at most a few hundred kilobytes.
func longInput(head, unit string, count uint32, tail string) string {
	const most = 300_000
	times := 0
	if unit != "" {
		times = int(count) % (most/len(unit) + 1)
	}
	return head + strings.Repeat(unit, times) + tail
}

// longSeed is a seed of a fuzz target: a head, a unit that is repeated, and a tail. See longInput.
type longSeed struct {
	head, unit string
	count      uint32
	tail       string
}

// addFilterSeeds adds what attackers try on a reader of filters and of sort orders.
func addFilterSeeds(f *testing.F) {
	f.Helper()
	for _, each := range []longSeed{
		{"name = 'a'", "", 0, ""},
		{"name LIKE 'a%' AND tags.`k` != \"v\"", "", 0, ""},
		{"name IN (", "'a', ", 49_000, "'b')"},
		{"", "xxxxxxxxxxxxxxxxxxxx,", 12_000, ""},
		{"", "/*", 140_000, ""},
		{"", "/*/", 90_000, "*/"},
		{"", "-- ", 90_000, ""},
		{"", "(", 300, strings.Repeat(")", 300)},
		{"", "[", 9_000, strings.Repeat("]", 900)},
		{"", "'", 99_999, ""},
		{"'", `\'`, 49_999, "'"},
		{"`", "``", 49_999, ""},
		{"NOT", " ", 99_000, "NULL"},
		{"", "NOT \t", 20_000, ""},
		{"", "ASC NULLS ", 9_999, "FIRST"},
		{"a", " .", 4_999, "b"},
		{"a", " - b", 2_400, ""},
		{"", "a = 'b' AND ", 2_400, "a = 'b'"},
		{"", "1.1a", 24_999, ""},
		{"", "#0", 90_000, ""},
		{"", "LIKE#", 19_000, ""},
		{"", "a#.", 30_000, ""},
		{"1.", "1", 99_000, "a"},
		{"version_number = ", "9", 99_000, ""},
		{"name LIKE '", "%_", 49_000, "'"},
		{"name ", "\u00e4", 49_000, ""},
		{"", ";", 9_999, ""},
		{"", "\xff", 99_999, ""},
		{"timestamp", " ", 9_000, "DESC"},
		{"`name` DESC", "", 0, ""},
	} {
		f.Add(each.head, each.unit, each.count, each.tail)
	}
}

// checkCost fails the test if reading a text took more than a few steps a byte.
func checkCost(t *testing.T, what string, steps, bytes int) {
	t.Helper()
	const perByte, always = 12, 1000
	if steps > perByte*bytes+always {
		t.Fatalf("%s takes %d steps for %d bytes", what, steps, bytes)
	}
}

// allocated returns how many bytes work allocates.
func allocated(work func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// Bytes that may be allocated for one that was sent. A filter of single characters becomes a token of some fifty bytes for
// each, in about ten lists one after the other, and in groups.
const (
	perFilterByte  = 1200
	perMessageByte = 400
)

// checkMemory fails the test if reading what a client sent allocates out of proportion to it, or more than a request may.
func checkMemory(t *testing.T, what string, bytes, perByte int, work func()) {
	t.Helper()
	const always, most = 256 << 10, 64 << 20
	if used := allocated(work); used > min(perByte*bytes+always, most) {
		t.Fatalf("%s allocates %d bytes for %d", what, used, bytes)
	}
}

// isAnswer reports whether an error is one that a client gets for what it has sent, not a failure of the registry.
func isAnswer(err error) bool {
	var answered *apiError
	return err == nil || errors.Is(err, errPage) || errors.As(err, &answered)
}

func FuzzFilter(f *testing.F) {
	addFilterSeeds(f)
	f.Fuzz(func(t *testing.T, head, unit string, count uint32, tail string) {
		text := longInput(head, unit, count, tail)
		cutter := newLexer(text)
		tokens, ok := cutter.lex()
		checkCost(t, "to cut a filter", cutter.steps, len(text))
		if whole := joined(tokens); ok && whole != text {
			t.Fatalf("the tokens are not the filter: %q", whole)
		}
		for _, statement := range splitStatements(tokens) {
			groups := &grouper{text: text}
			groups.all(statement)
			checkCost(t, "to group a filter", groups.steps, len(text))
		}
		for _, grammar := range []filterGrammar{versionGrammar, modelGrammar} {
			checkMemory(t, "a filter", len(text), perFilterByte, func() {
				conditions, err := grammar.parse(text)
				if len(conditions) > maxConditions || !isAnswer(err) {
					t.Errorf("%d conditions, %v", len(conditions), err)
				}
				var where whereClause
				if err == nil {
					err = errors.Join(where.addVersions(conditions), where.addModels(conditions))
				}
				if strings.Contains(where.sql(), "\x00") {
					t.Errorf("a value is in the SQL: %q (%v)", where.sql(), err)
				}
			})
		}
	})
}

func joined(tokens []token) string {
	var whole strings.Builder
	for _, each := range tokens {
		whole.WriteString(each.text)
	}
	return whole.String()
}

func FuzzOrderBy(f *testing.F) {
	addFilterSeeds(f)
	known := map[string]bool{}
	for _, each := range versionSortColumns {
		known[each.column+" ASC"], known[each.column+" DESC"] = true, true
	}
	f.Fuzz(func(t *testing.T, head, unit string, count uint32, tail string) {
		text := longInput(head, unit, count, tail)
		checkMemory(t, "a clause of order_by", len(text), perFilterByte, func() {
			order, err := orderClauses([]string{text}, versionSortColumn)
			if err == nil && !known[order] || !isAnswer(err) {
				t.Errorf("%q becomes %q, %v", text, order, err)
			}
		})
	})
}

func FuzzMessage(f *testing.F) {
	for _, each := range []longSeed{
		{`{"name":"m","version":"1","tags":[{"key":"k","value":"v"}]}`, "", 0, ""},
		{`{"name":"x","tags":[`, `{},`, 99_000, `{}]}`},
		{`{"name":"x","tags":[`, `{"key":"k"},`, 19_000, `{}]}`},
		{`{"name":"m","version":"`, "1", 299_000, `"}`},
		{`{"max_results":1`, "0", 299_000, `}`},
		{`{"max_results":1e600000000`, "", 0, `}`},
		{`{"max_results":`, "[", 1_000, ``},
		{`{"max_results":"`, "\u00e4", 100_000, `"}`},
		{``, `[`, 299_000, ``},
		{``, `{"a":`, 59_000, ``},
		{`"`, `\"`, 99_000, `"`},
		{`{`, `"name":"m",`, 19_000, `"name":"m"}`},
		{`{"filter":"`, "x", 99_000, `"}`},
		{`{"order_by":[`, `"name",`, 19_000, `"name"]}`},
		{`{"name":"`, `\u0001`, 49_000, `"}`},
		{"\xff\xfe", "", 0, ""},
		{`null`, "", 0, ""},
		{`{"run_id":"a","runId":"b"}`, "", 0, ""},
	} {
		f.Add(each.head, each.unit, each.count, each.tail)
	}
	shapes := [][]field{
		searchFields(maxVersionResults),
		versionFields(tagList("tags"), flag("archive_existing_versions"), text("run_id"), requiredText("key")),
	}
	f.Fuzz(func(t *testing.T, head, unit string, count uint32, tail string) {
		sent := longInput(head, unit, count, tail)
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			for _, fields := range shapes {
				request, err := http.NewRequestWithContext(t.Context(), method, "http://embedded/", strings.NewReader(sent))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/json")
				checkMemory(t, "a message", len(sent), perMessageByte, func() {
					read, err := readMessage(request, fields)
					if (read == nil) == (err == nil) || !isAnswer(err) {
						t.Errorf("read %v, %v", read, err)
					}
				})
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, each := range []longSeed{
		{"name=m&filter=name%3D'm'&order_by=name&order_by=version_number&max_results=7", "", 0, ""},
		{"", "&", 99_000, ""},
		{"", "filter=", 20_000, ""},
		{"", "order_by=name&", 9_000, ""},
		{"filter=", "%", 99_000, ""},
		{"filter=", "%25", 40_000, ""},
		{"filter=", "+", 99_000, ""},
		{"max_results=", "9", 99_000, ""},
		{"page_token=", "A", 99_000, "="},
		{"%zz=%ff", "", 0, ""},
	} {
		f.Add(each.head, each.unit, each.count, each.tail)
	}
	f.Fuzz(func(t *testing.T, head, unit string, count uint32, tail string) {
		raw := longInput(head, unit, count, tail)
		request := &http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: raw}, Header: http.Header{}, Body: http.NoBody}
		checkMemory(t, "a query", len(raw), perMessageByte, func() {
			read, err := readMessage(request, searchFields(maxVersionResults))
			if (read == nil) == (err == nil) || !isAnswer(err) {
				t.Errorf("read %v, %v", read, err)
			}
			if err == nil && len(raw) > maxQuery {
				t.Errorf("a query of %d bytes was read", len(raw))
			}
		})
	})
}

func FuzzPageToken(f *testing.F) {
	for _, offset := range []int64{0, 1, 100, 1 << 40} {
		f.Add(pageToken(offset), "", uint32(0), "")
	}
	for _, text := range []string{
		`{"offset": "7"}`, `{"offset": 1e600000000}`, `{"offset": null}`, `{"offset": ` + strings.Repeat("9", 4000) + `}`,
		strings.Repeat("[", 5000), `{"offset": {"a": 1}}`,
	} {
		f.Add(base64.StdEncoding.EncodeToString([]byte(text)), "", uint32(0), "")
	}
	f.Add("", "A", uint32(99_000), "==")
	f.Add("", "=", uint32(9_999), "")
	f.Add("\u00e4", "", uint32(0), "")
	f.Fuzz(func(t *testing.T, head, unit string, count uint32, tail string) {
		given := longInput(head, unit, count, tail)
		checkMemory(t, "a page token", len(given), perMessageByte, func() {
			offset, err := parsePageToken(given)
			if err == nil && offset != 0 {
				if again, err := parsePageToken(pageToken(offset)); err != nil || again != offset {
					t.Errorf("offset %d becomes %d, %v", offset, again, err)
				}
			}
			if !isAnswer(err) {
				t.Error(err)
			}
		})
	})
}
