package acctest

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
)

// What an outsider wrote is shown by the server under test when the outsider's call returns, and a test reads what is there: on a
// server that reads from a replica (make test-mlflow BACKEND=postgres-replica LAG=300) neither is so by itself.
func TestOutsiderLeavesNothingThatTheProviderIsNotShown(t *testing.T) {
	registry := NewRegistry(t)
	model := registry.UniqueName(t, "shown")
	registry.CreateModel(t, model)
	var writers sync.WaitGroup
	for writer := range 4 {
		writers.Go(func() {
			for round := range 3 {
				key, value := fmt.Sprintf("writer-%d", writer), fmt.Sprint(round)
				if err := registry.fetch(http.MethodPost, "registered-models/set-tag", nil, object{"name": model, "key": key, "value": value}, nil); err != nil {
					t.Error(err)
					return
				}
				var shown struct {
					Model struct {
						Tags []tag `json:"tags"`
					} `json:"registered_model"`
				}
				got, err := registry.request(registry.HTTP, http.MethodGet, "registered-models/get", url.Values{"name": {model}}, nil)
				if err == nil {
					err = got.decode(&shown)
				}
				if err != nil || tagMap(shown.Model.Tags)[key] != value {
					t.Errorf("after %s was set to %s the server shows %v (%v)", key, value, shown.Model.Tags, err)
				}
			}
		})
	}
	writers.Wait()
}
