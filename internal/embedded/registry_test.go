package embedded_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

func TestReadsOfAMissingFileAnswerAsAnEmptyRegistryAndCreateNothing(t *testing.T) {
	folder := t.TempDir()
	client := openClient(t, filepath.Join(folder, "registry.db"))
	client.want(http.StatusOK, "GET", "registered-models/search", nil)
	client.want(http.StatusOK, "GET", "model-versions/search?filter=name%3D'm'", nil)
	client.wantCode("RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get?name=m", nil)
	client.wantCode("RESOURCE_DOES_NOT_EXIST", "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
	client.wantCode("INVALID_PARAMETER_VALUE", "POST", "registered-models/create", body{"name": "a/b"})
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 0 {
		t.Errorf("the folder holds %v (%v), want nothing", entries, err)
	}
}

func TestLifeOfAModel(t *testing.T) {
	client := openClient(t, filepath.Join(t.TempDir(), "registry.db"))
	client.want(200, "POST", "registered-models/create", body{"name": "m", "tags": []body{{"key": "b", "value": "1"}, {"key": "a"}}})
	for range 3 {
		client.want(200, "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
	}
	client.want(200, "POST", "model-versions/transition-stage", body{"name": "m", "version": "1", "stage": "production"})
	client.want(200, "POST", "model-versions/transition-stage", body{"name": "m", "version": "2", "stage": "Production", "archive_existing_versions": true})
	client.want(200, "POST", "registered-models/alias", body{"name": "m", "alias": "champion", "version": "2"})
	client.want(200, "DELETE", "model-versions/delete", body{"name": "m", "version": "3"})
	client.want(200, "POST", "model-versions/create", body{"name": "m", "source": "models:/m@champion"})
	client.want(200, "POST", "registered-models/rename", body{"name": "m", "new_name": "n"})
	answer := client.want(200, "GET", "model-versions/search?filter=name%3D'n'&order_by=version_number", nil)
	var stages []string
	for _, version := range answer["model_versions"].([]any) {
		v := version.(map[string]any)
		stages = append(stages, v["version"].(string)+v["current_stage"].(string))
	}
	if got, want := stages, []string{"1Archived", "2Production", "4None"}; !equal(got, want) {
		t.Errorf("stages = %v, want %v", got, want)
	}
	t.Log(client.want(200, "GET", "registered-models/get?name=n", nil))
	client.want(200, "DELETE", "registered-models/delete", body{"name": "n"})
	client.wantCode("RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get?name=n", nil)
}
