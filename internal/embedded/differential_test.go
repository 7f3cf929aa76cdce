//go:build differential

package embedded_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

// TestAnswersAsMLflowDoes sends the same random requests to the embedded registry and to an MLflow server
// (3.18.0 with SQLite) and compares status, error_code, message and document, with timestamps masked:
//
//	make diff N=5000 SEED=1
//
// The server at MLREGISTRY_DIFF_URI must hold no model; the test deletes its own when it is done. With
// MLREGISTRY_DIFF_RECORD=1 it writes what MLflow answered to testdata, for TestAnswersWhatMLflowAnswered.
func TestAnswersAsMLflowDoes(t *testing.T) {
	uri := os.Getenv("MLREGISTRY_DIFF_URI")
	if uri == "" {
		t.Fatal("set MLREGISTRY_DIFF_URI to the address of an MLflow 3.18.0 server with an SQLite store")
	}
	registry, err := embedded.Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer registry.Close()
	known := loadDifferences(t)
	mlflow := &http.Client{Timeout: time.Minute}
	ours := &http.Client{Transport: embedded.Transport(registry)}

	if held := heldModels(t, mlflow, uri); len(held) > 0 {
		t.Fatalf("the server holds models already, such as %q: start it on an empty database", held[0])
	}
	defer func() {
		for _, name := range heldModels(t, mlflow, uri) {
			text, _ := json.Marshal(map[string]string{"name": name})
			sample{method: "DELETE", path: "registered-models/delete", body: string(text)}.send(t, mlflow, uri)
		}
	}()
	seed, count := numberFrom("MLREGISTRY_DIFF_SEED", 1), numberFrom("MLREGISTRY_DIFF_REQUESTS", 3000)
	random := &generator{
		Rand:   rand.New(rand.NewPCG(uint64(seed), 0)),
		prefix: fmt.Sprintf("d%x-", time.Now().UnixNano()),
	}
	recording := os.Getenv("MLREGISTRY_DIFF_RECORD") != ""
	if recording {
		random.prefix = "r-"
	}
	differences, excused, statuses := 0, map[string]int{}, map[int]int{}
	var records []record
	for i := range count {
		request := random.request()
		if recording && len(request.body) > 1000 {
			continue // the file is to stay readable
		}
		want, got := request.send(t, mlflow, uri), request.send(t, ours, "http://embedded")
		statuses[want.status]++
		if same(want, got) {
			records = append(records, recordOf(request, want))
			continue
		}
		if id := known.excuse(request, want, got); id != "" {
			excused[id]++
			continue
		}
		differences++
		if differences <= 40 {
			t.Errorf("request %d of seed %d: %v\n  MLflow: %v\n  ours:   %v", i, seed, request, want, got)
		}
	}
	if recording && !t.Failed() {
		writeRecords(t, records)
	}
	t.Logf("%d requests of seed %d, which MLflow answered with %v (status: times)", count, seed, statuses)
	t.Logf("%d differences", differences)
	for _, each := range known {
		t.Logf("known and justified: %d times %s: %s", excused[each.ID], each.ID, each.Why)
	}
	t.Log("internal/embedded/DIFFERENCES.md says what else differs, which these requests do not show")
}

// heldModels returns the models and prompts that a server has.
func heldModels(t *testing.T, client *http.Client, uri string) []string {
	t.Helper()
	var names []string
	for _, filter := range []string{"", "tags.`mlflow.prompt.is_prompt` = 'true'"} {
		answer := sample{method: "GET", path: "registered-models/search?filter=" + url.QueryEscape(filter)}.send(t, client, uri)
		document, _ := answer.document.(map[string]any)
		models, _ := document["registered_models"].([]any)
		for _, model := range models {
			names = append(names, model.(map[string]any)["name"].(string))
		}
	}
	return names
}

func numberFrom(variable string, otherwise int) int {
	if number, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return number
	}
	return otherwise
}
