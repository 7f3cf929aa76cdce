package embedded_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
)

// BenchmarkSearchOfOneModel reads every version of a model in one request, as a plan does.
func BenchmarkSearchOfOneModel(b *testing.B) {
	for _, versions := range []int{10, 1000, 10_000} {
		b.Run(fmt.Sprint(versions), func(b *testing.B) {
			client := openClient(b, filepath.Join(b.TempDir(), "registry.db"))
			client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
			for i := range versions {
				client.want(http.StatusOK, "POST", "model-versions/create", body{
					"name": "m", "source": "s3://bucket/model", "tags": []body{{"key": "commit", "value": fmt.Sprint(i)}},
				})
			}
			for b.Loop() {
				answer := client.want(http.StatusOK, "GET", "model-versions/search?filter=name%3D'm'", nil)
				if found := len(answer["model_versions"].([]any)); found != versions {
					b.Fatalf("%d versions were found, want %d", found, versions)
				}
			}
		})
	}
}

// BenchmarkPromotion moves Production to and fro between two versions.
func BenchmarkPromotion(b *testing.B) {
	client := openClient(b, filepath.Join(b.TempDir(), "registry.db"))
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	for range 2 {
		client.want(http.StatusOK, "POST", "model-versions/create", body{"name": "m", "source": "s3://bucket/model"})
	}
	for i := 0; b.Loop(); i++ {
		client.want(http.StatusOK, "POST", "model-versions/transition-stage", body{
			"name": "m", "version": fmt.Sprint(i%2 + 1), "stage": "Production", "archive_existing_versions": true,
		})
	}
}
