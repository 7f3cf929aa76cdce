package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

func TestManyDifferentSearchesAtOnce(t *testing.T) {
	client := openClient(t, olderRegistry(t))
	var group sync.WaitGroup
	for searcher := range 4 {
		group.Go(func() {
			for i := range 150 { // more statements than a connection keeps
				filter := fmt.Sprintf("name = 'm' AND version_number >= 1 AND tags.`k%d-%d` = 'x'", searcher, i)
				if i%2 == 0 {
					filter = "name = 'm'" + fmt.Sprintf("%*s", i, "") + " AND version_number != 0"
				}
				status, answer := client.send("GET", "model-versions/search?filter="+url.QueryEscape(filter), nil)
				versions, _ := answer["model_versions"].([]any)
				if want := 5 * ((i + 1) % 2); status != http.StatusOK || len(versions) != want {
					t.Errorf("%s: answered %d with %d versions, want %d", filter, status, len(versions), want)
				}
			}
		})
	}
	group.Wait()
}

func TestRequestsThatAreGivenUpHarmNoOther(t *testing.T) {
	client := openClient(t, olderRegistry(t))
	for i := range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://embedded/api/2.0/mlflow/model-versions/search", nil)
		if err != nil {
			t.Fatal(err)
		}
		go cancel() // at any moment
		if response, err := client.http.Do(request); err == nil {
			response.Body.Close()
		} else if !errors.Is(err, context.Canceled) {
			t.Fatalf("a request that was given up failed with %v", err)
		}
		client.want(http.StatusOK, "PATCH", "registered-models/update", body{"name": "m", "description": fmt.Sprint(i)})
	}
}

func TestLongPages(t *testing.T) {
	const count = 1002
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	for range count {
		client.want(http.StatusOK, "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
	}
	for size, more := range map[int]bool{999: true, 1000: true, 1001: true, 1002: false, 1003: false, 200_000: false} {
		page := fmt.Sprintf("model-versions/search?order_by=version_number&max_results=%d", size)
		answer := client.want(http.StatusOK, "GET", page, nil)
		versions := answer["model_versions"].([]any)
		token, ok := answer["next_page_token"].(string)
		if len(versions) != min(size, count) || ok != more {
			t.Errorf("a page of %d has %d versions, and another page: %v", size, len(versions), ok)
		}
		if !ok {
			continue
		}
		rest := client.want(http.StatusOK, "GET", page+"&page_token="+url.QueryEscape(token), nil)["model_versions"].([]any)
		first := rest[0].(map[string]any)["version"]
		if len(rest) != count-size || first != fmt.Sprint(size+1) {
			t.Errorf("the page after %d has %d versions from %v", size, len(rest), first)
		}
	}
}
