//go:build differential

package embedded_test

// oddRequest is wrong in its method, path or Content-Type rather than in what it says, or comes another way.
func (g *generator) oddRequest() sample {
	name := g.prefix + "a"
	body := `{"name":"` + name + `"}`
	switch g.IntN(8) {
	case 0:
		return sample{
			method: pick(g, "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"),
			path: pick(g, "registered-models/get", "registered-models/create", "registered-models/alias", "model-versions/search", "model-versions/get",
				"registered-models/get-latest-versions", "registered-models/delete", "model-versions/update") + "?name=" + g.prefix + "missing",
		}
	case 1:
		return sample{method: pick(g, "GET", "POST"), path: pick(g, "registered-models", "registered-models/", "registered-models/get/", "registered-models/nope", "model-versions/list", "x/y", "registered-models/Get")}
	case 2:
		return sample{method: "POST", path: "registered-models/create", body: body, contentType: pick(g, "none", "text/plain", "application/json; charset=utf-8", "application/JSON", "application/json ;x", "application/x-www-form-urlencoded", "")}
	case 3:
		return sample{method: pick(g, "PATCH", "DELETE"), path: pick(g, "registered-models/update", "registered-models/delete-tag"), body: `{"name":"` + name + `","key":"k"}`, contentType: pick(g, "none", "text/plain")}
	case 4:
		return sample{method: "GET", path: "/ajax-api/2.0/mlflow/" + pick(g, "registered-models/get?name="+name, "registered-models/nope", "model-versions/get?version=1&name="+name)}
	case 5:
		return sample{method: "GET", path: pick(g, "registered-models/get", "model-versions/search", "registered-models/get-latest-versions"), body: pick(g, body, "", "{", `{"filter":"name = '`+name+`'"}`, `{"filter":5}`, `{"max_results":1.5}`, `{"max_results":2.0}`, `{"max_results":"2"}`, `{"max_results":true}`, `{"max_results":[1]}`, `{"order_by":"name"}`, `{"order_by":[5]}`, `{"order_by":{}}`, `{"maxResults":1}`)}
	case 6:
		return sample{method: "POST", path: "registered-models/get-latest-versions?name=other", body: pick(g, body, `{"name":"`+name+`","stages":"Production"}`, `{"name":"`+name+`","stages":[1]}`, `{"name":"`+name+`","stages":null}`, `{"name":"`+name+`","stages":[null]}`)}
	default:
		return sample{method: "POST", path: "registered-models/rename", body: pick(g, `{"name":"`+name+`","newName":"x"}`, `{"name":"`+name+`","new_name":"x","newName":"y"}`, `{"name":"`+name+`","new_name":""}`, `{"name":"`+name+`","new_name":" "}`)}
	}
}
