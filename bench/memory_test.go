package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/readcache"
)

// largeAnswer is what MLflow answers to a search of a model with many versions, two tags each.
func largeAnswer(tb testing.TB, count int) []byte {
	tb.Helper()
	var versions []map[string]any
	for number := 1; number <= count; number++ {
		versions = append(versions, map[string]any{
			"name": "fraud-detection", "version": fmt.Sprint(number), "creation_timestamp": int64(1763900000000) + int64(number),
			"last_updated_timestamp": int64(1763900000000) + int64(number), "current_stage": "None", "description": "",
			"source": fmt.Sprintf("s3://models/fraud-detection/runs/%032x/artifacts/model", number), "run_id": fmt.Sprintf("%032x", number),
			"status": "READY", "status_message": "", "run_link": "",
			"tags": []map[string]string{{"key": "git.commit", "value": fmt.Sprintf("%040x", number)}, {"key": "team", "value": "risk"}},
		})
	}
	answer, err := json.Marshal(map[string]any{"model_versions": versions})
	if err != nil {
		tb.Fatal(err)
	}
	return answer
}

// TestTenThousandVersionsTakeUnderTwentyMegabytes measures what stays of a search, the first observation included.
func TestTenThousandVersionsTakeUnderTwentyMegabytes(t *testing.T) {
	const most = 20_000_000
	answer := largeAnswer(t, 10_000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) }))
	defer server.Close()
	client, err := mlflow.New(mlflow.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	before := live()
	cache := readcache.New(client)
	for range 3 {
		versions, err := cache.Versions(t.Context(), "fraud-detection")
		if err != nil || len(versions) != 10_000 {
			t.Fatalf("%d versions, %v", len(versions), err)
		}
	}
	if first, err := cache.FirstVersions(t.Context(), "fraud-detection"); err != nil || len(first) != 10_000 {
		t.Fatalf("%d versions, %v", len(first), err)
	}
	kept := live() - before
	t.Logf("%.1f MB stay of an answer of %.1f MB", float64(kept)/1e6, float64(len(answer))/1e6)
	if kept > most || kept < 1_000_000 {
		t.Errorf("10,000 versions take %d bytes, want at most %d, and more than nothing", kept, most)
	}
	runtime.KeepAlive(cache)
}

// live returns the bytes that the program holds on to.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc) //nolint:gosec // Far below the limit.
}
