//go:build differential

package embedded_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
)

// generator makes requests: mostly sensible ones on a handful of models, so that they meet, and some wrong
// in every way that a client can be wrong.
type generator struct {
	*rand.Rand
	prefix string
}

func pick[T any](g *generator, options ...T) T { return options[g.IntN(len(options))] }

// rarely is true once in n times.
func (g *generator) rarely(n int) bool { return g.IntN(n) == 0 }

func (g *generator) name() string {
	if g.rarely(25) {
		return pick(g, "", " ", "a/b", "a:b", ".", "..", "..x", "a/../b", g.prefix+"missing", g.prefix+strings.Repeat("n", 230), "\u3000")
	}
	if g.rarely(60) {
		return g.prefix + "a" + g.lineBreak()
	}
	return g.prefix + pick(g, "a", "a", "a", "b", "b", "c d", "it's", `q"uo`, "ünï_日本", "100%_x", "A", "p")
}

// lineBreak is one of the characters that a copied text ends with, and those that a pattern's $ may pass over.
func (g *generator) lineBreak() string {
	return pick(g, "\n", "\n", "\n", "\r", "\r\n", "\n\n", " ", "\t", "\u2028", "\u0085", "\v")
}

func (g *generator) version() any {
	if g.rarely(12) {
		return pick[any](g, "", "0", "-1", "999", "abc", "1.0", "1_0", " 2 ", "1"+g.lineBreak(), "+1", "٣", "99999999999999999999", 1, 2.5, nil, true, []any{}, map[string]any{"a": "é"})
	}
	return pick(g, "1", "1", "2", "2", "3", "4", "5", "6")
}

func (g *generator) stage() any {
	if g.rarely(10) {
		return pick[any](g, "", "prod", "Production"+g.lineBreak(), "Deleted_Internal", "Productıon", 3, nil, "İ")
	}
	return pick(g, "None", "Staging", "Production", "Archived", "production", "STAGING", "Production", "Production")
}

func (g *generator) tagKey() any {
	if g.rarely(10) {
		return pick[any](g, "", "a*", "/a", "a/../b", "..", "./a", "//x", "a//b", strings.Repeat("k", 251), "k"+g.lineBreak(), "K"+g.lineBreak(), g.lineBreak(), 5, nil, "é:x/y z", "a,b", "x\u0301")
	}
	return pick(g, "k", "k2", "team", "a.b", "with space", "K", "mlflow.x", "日本")
}

func (g *generator) tagValue() any {
	if g.rarely(10) {
		return pick[any](g, "", strings.Repeat("v", 100_001), "v"+g.lineBreak(), 7, nil, false, "a\x00b", "<&>\u2028")
	}
	return pick(g, "v", "V", "1", "true", "it's", "50%", "é", "v w")
}

func (g *generator) alias() any {
	if g.rarely(6) {
		return pick[any](g, "", "latest", "LATEST", "v1", "V2", "vx", "a b", "a.b", strings.Repeat("a", 256), "é", "a"+g.lineBreak(), 4, nil, "v1"+g.lineBreak(), "latest"+g.lineBreak(), g.lineBreak())
	}
	return pick(g, "champion", "Champion", "challenger", "c-1", "_x")
}

func (g *generator) tags() any {
	if g.rarely(15) {
		return pick[any](g, "x", nil, []any{"a"}, []any{nil}, []any{[]any{}}, []any{map[string]any{"key": 5}}, map[string]any{}, 3,
			[]any{map[string]any{"key": "mlflow.prompt.text", "value": strings.Repeat("v", 100_001)}})
	}
	var tags []any
	for range g.IntN(4) {
		given := map[string]any{"key": g.tagKey(), "value": g.tagValue()}
		if g.rarely(8) {
			delete(given, "value")
		}
		if g.rarely(12) {
			given = map[string]any{"key": "mlflow.prompt.is_prompt", "value": pick[any](g, "true", "TRUE", "false")}
		}
		tags = append(tags, given)
	}
	return tags
}

func (g *generator) source() any {
	models := "models:/" + g.name()
	return pick[any](g, "s3://bucket/model", "s3://bucket/model", "gs://b/m/", "dbfs:/models/x", "s3://bucket", "s3:b/x", "s3://b/./x", "s3://b/../x",
		"s3://b/%2e%2e/x", "s3://b/a%2", "s3://b/a+b//c", "s3://b/x?y#z", "file:///tmp/x", "/tmp/x", "relative/x", "file://host/x", "https://h/x", "hdfs://n/x", "mlflow-artifacts:/x",
		"mlflow-artifacts://h/x", "runs:/abc/model", "runs:/r1/model", "runs://h/r1", "dummy-source", "prompt-template", "", 5, nil, "wasbs://c@a.blob/x", "C:\\x", "abfss://c@a/x",
		models+"/1", models+"/2", models+"/latest", models+"/LATEST", models+"/Production", models+"/staging", models+"/nostage", models+"@champion", models+"@latest", models+"@",
		models+"/", models+"/1/2", "models:/m-abc", "models:", "models:/", "models://h/a/1", "databricks", "s3://b/\x00", "s3://b/a\nb", " s3://b/x", "S3://B/x", "foo:bar", "foo:/bar",
		"s3://b/"+strings.Repeat("y", 493))
}

// call makes a request with a JSON body, and now and then spoils it.
func (g *generator) call(method, path string, fields map[string]any) sample {
	if g.rarely(20) {
		fields[pick(g, "name", "version", "key", "value", "unknown", "newName", "modelId", "description")] = pick[any](g, 5, nil, "", true, "x", []any{"y"}, 1e22, 1.5)
	}
	if g.rarely(30) {
		for name := range fields {
			if g.rarely(2) {
				delete(fields, name)
			}
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	if g.rarely(60) {
		text = []byte(pick(g, "", "[]", "null", "5", `"x"`, "{", "{}", "[1]", "false", `"{\"name\":\"`+g.prefix+`a\"}"`, `{"name":"`+g.prefix+`b","name":"`+g.prefix+`a"}`))
	}
	return sample{method: method, path: path, body: string(text)}
}

// query makes a GET with a query.
func (g *generator) query(path string, pairs ...string) sample {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if !g.rarely(40) {
			parts = append(parts, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
		}
	}
	if g.rarely(60) {
		parts = append(parts, pick(g, "unknown=1", "name", "name=%zz", "version=1&version=2", "&", "max_results=%20"))
	}
	return sample{method: "GET", path: path + "?" + strings.Join(parts, "&")}
}

// text returns a value as a query carries it.
func text(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

func (g *generator) request() sample {
	if g.rarely(25) {
		return g.oddRequest()
	}
	switch g.IntN(30) {
	case 0, 1, 2:
		fields := map[string]any{"name": g.name(), "tags": g.tags()}
		if g.rarely(2) {
			fields["description"] = pick[any](g, "", "text", "é\n<x>", 4)
		}
		return g.call("POST", "registered-models/create", fields)
	case 3, 4, 5, 6, 7:
		return g.createVersion()
	case 8, 9, 10:
		fields := map[string]any{"name": g.name(), "version": g.version(), "stage": g.stage()}
		if !g.rarely(3) {
			fields["archive_existing_versions"] = pick[any](g, true, true, true, false, true, true, "true", 1, nil)
		}
		return g.call("POST", "model-versions/transition-stage", fields)
	case 11:
		return g.call("PATCH", "registered-models/update", map[string]any{"name": g.name(), "description": pick[any](g, "", "d", nil, 5, "é")})
	case 12:
		return g.call("PATCH", "model-versions/update", map[string]any{"name": g.name(), "version": g.version(), "description": pick[any](g, "", "d", nil, 5)})
	case 13:
		return g.call("POST", "registered-models/set-tag", map[string]any{"name": g.name(), "key": g.tagKey(), "value": g.tagValue()})
	case 14:
		return g.call("DELETE", "registered-models/delete-tag", map[string]any{"name": g.name(), "key": g.tagKey()})
	case 15:
		return g.call("POST", "model-versions/set-tag", map[string]any{"name": g.name(), "version": g.version(), "key": g.tagKey(), "value": g.tagValue()})
	case 16:
		return g.call("DELETE", "model-versions/delete-tag", map[string]any{"name": g.name(), "version": g.version(), "key": g.tagKey()})
	case 17, 18:
		return g.call("POST", "registered-models/alias", map[string]any{"name": g.name(), "alias": g.alias(), "version": g.version()})
	case 19:
		return g.call("DELETE", "registered-models/alias", map[string]any{"name": g.name(), "alias": g.alias()})
	case 20:
		return g.destructive()
	case 21:
		return g.query("registered-models/alias", "name", g.name(), "alias", text(g.alias()))
	case 22:
		return g.latest()
	case 23, 24:
		return g.query("model-versions/"+pick(g, "get", "get", "get-download-uri"), "name", g.name(), "version", text(g.version()))
	case 25:
		return g.query("registered-models/get", "name", g.name())
	case 26, 27:
		return g.search("registered-models/search", false)
	default:
		return g.search("model-versions/search", true)
	}
}

func (g *generator) createVersion() sample {
	fields := map[string]any{"name": g.name(), "source": "s3://bucket/model"}
	if g.rarely(3) {
		fields["source"] = g.source()
	}
	if g.rarely(3) {
		fields["run_id"] = pick[any](g, "", "abc", "r1", nil, 5)
	}
	if g.rarely(4) {
		fields["run_link"] = pick[any](g, "", "https://x/y", nil)
	}
	if g.rarely(3) {
		fields["tags"] = g.tags()
	}
	if g.rarely(3) {
		fields["description"] = pick[any](g, "", "text", nil)
	}
	if g.rarely(15) {
		fields["model_id"] = pick[any](g, "", "m-abc", nil)
		delete(fields, "run_id") // with both MLflow leaves a version behind that it says it did not make
	}
	return g.call("POST", "model-versions/create", fields)
}

func (g *generator) destructive() sample {
	switch g.IntN(6) {
	case 0:
		return g.call("DELETE", "registered-models/delete", map[string]any{"name": g.name()})
	case 1, 2:
		return g.call("POST", "registered-models/rename", map[string]any{"name": g.name(), "new_name": g.name()})
	default:
		return g.call("DELETE", "model-versions/delete", map[string]any{"name": g.name(), "version": g.version()})
	}
}

func (g *generator) latest() sample {
	if g.rarely(2) {
		return g.call("POST", "registered-models/get-latest-versions", map[string]any{"name": g.name(), "stages": []any{g.stage(), g.stage()}})
	}
	pairs := []string{"name", g.name()}
	for range g.IntN(3) {
		pairs = append(pairs, "stages", text(g.stage()))
	}
	return g.query("registered-models/get-latest-versions", pairs...)
}
