package acctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// apiRoot is where MLflow serves version 2.0 of its REST API.
const apiRoot = "/api/2.0/mlflow/"

// outsider is the HTTP client of everything in this package that looks at a registry from outside.
var outsider = &http.Client{
	Timeout:   60 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 32},
}

// object is a JSON object of a request or an answer.
type object = map[string]any

// answer is what a registry sent back.
type answer struct {
	status int
	body   []byte
}

func (a answer) code() string {
	var failure struct {
		Code string `json:"error_code"`
	}
	if json.Unmarshal(a.body, &failure) != nil {
		return ""
	}
	return failure.Code
}

// decode reads a 200 answer into result, unless result is nil.
func (a answer) decode(result any) error {
	if a.status != http.StatusOK {
		return fmt.Errorf("answered %d: %s", a.status, a.body)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, result); err != nil {
		return fmt.Errorf("answered what is not JSON: %w: %s", err, a.body)
	}
	return nil
}

// send makes one request and returns whatever came back. An endpoint that starts with a slash is a whole path. What it wrote is
// shown to the provider when it returns. It may be called from any goroutine.
func (r *Registry) send(method, endpoint string, query url.Values, body object) (answer, error) {
	got, err := r.request(r.outside(), method, endpoint, query, body)
	if err == nil && method != http.MethodGet {
		err = r.awaitReplica()
	}
	return got, err
}

// request makes one request to a server.
func (r *Registry) request(server, method, endpoint string, query url.Values, body object) (answer, error) {
	address := server + apiRoot + endpoint
	if strings.HasPrefix(endpoint, "/") {
		address = server + endpoint
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return answer{}, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, address, content)
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	r.authorize(request)
	response, err := outsider.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, endpoint, err)
	}
	return answer{status: response.StatusCode, body: received}, nil
}

// fetch makes one request and decodes its 200 answer into result, unless result is nil.
func (r *Registry) fetch(method, endpoint string, query url.Values, body object, result any) error {
	got, err := r.send(method, endpoint, query, body)
	if err != nil {
		return err
	}
	if err := got.decode(result); err != nil {
		return fmt.Errorf("%s %s %v %w", method, endpoint, body, err)
	}
	return nil
}

// call is fetch for the test's own goroutine: a failure ends the test.
func (r *Registry) call(t testing.TB, method, endpoint string, query url.Values, body object, result any) {
	t.Helper()
	if err := r.fetch(method, endpoint, query, body, result); err != nil {
		t.Fatalf("outsider: %v", err)
	}
}

// exists reports whether a GET finds something; an answer that is neither that nor MLflow's 404 ends the test.
func (r *Registry) exists(t testing.TB, endpoint string, query url.Values) bool {
	t.Helper()
	got, err := r.send(http.MethodGet, endpoint, query, nil)
	if err != nil {
		t.Fatalf("outsider: %v", err)
	}
	switch {
	case got.status == http.StatusOK:
		return true
	case got.status == http.StatusNotFound && got.code() == "RESOURCE_DOES_NOT_EXIST":
		return false
	}
	t.Fatalf("outsider: GET %s %v answered %d: %s", endpoint, query, got.status, got.body)
	return false
}

// tag is one tag of a model or a version as the API carries it.
type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// tagMap returns tags by key.
func tagMap(tags []tag) map[string]string {
	byKey := make(map[string]string, len(tags))
	for _, one := range tags {
		byKey[one.Key] = one.Value
	}
	return byKey
}
