package examplecheck

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// asked are the requests that the page of a data source, or function, says a plan of its example costs, sorted.
var asked = map[string][]string{
	"data-sources/mlregistry_registered_model":  {"model-versions/search", "registered-models/get"},
	"data-sources/mlregistry_registered_models": {"registered-models/search"},
	// By stage and by alias: what both want is asked for once.
	"data-sources/mlregistry_model_version":  {"model-versions/get", "model-versions/search", "registered-models/get"},
	"data-sources/mlregistry_model_versions": {"model-versions/search", "model-versions/search"},
	"data-sources/mlregistry_server":         {"model-versions/transition-stage", "server-info", "users/get", "version", "webhooks"},

	"functions/model_uri":       nil,
	"functions/parse_model_uri": nil,
	"functions/parse_stage":     nil,
}

var (
	shownOutputs = regexp.MustCompile(`(?s)Changes to Outputs:\n.*?\n\n`)
	endpoint     = regexp.MustCompile(`^.*/mlflow/|^/`)
)

// The outputs that the page of each data source and function shows are all that the CLI prints in the plan, with what the registry holds
// that the page describes, and the plan costs what the page says.
func TestAccExamples_pagesShowWhatIsRead(t *testing.T) {
	pages := 0
	for _, folder := range folders(t) {
		if kind, _, _ := strings.Cut(filepath.ToSlash(folder), "/"); kind == "data-sources" || kind == "functions" {
			pages++
		}
	}
	if pages != len(asked) {
		t.Fatalf("there are %d data sources and functions, this test knows %d", pages, len(asked))
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		t.Run(name, func(t *testing.T) {
			folder := filepath.FromSlash(name)
			page := readFile(t, filepath.Join(root, "examples", folder, "output.txt"))
			e := newExample(t, folder, noImport)
			e.fillForReaders()
			proxy := acctest.NewProxy(t, e.HTTP)
			e.URI = proxy.URL
			e.connect("")
			plan := e.Plan()
			if plan.ExitCode != 2 {
				t.Fatalf("the plan exited with %d:\n%s", plan.ExitCode, plan.Output)
			}
			if got := shownOutputs.FindString(plan.Output); got == "" || squeezed(got) != squeezed(page) {
				t.Errorf("the page shows\n%s\nand the plan is\n%s", page, plan.Output)
			}
			if got := requestsTo(proxy); !slices.Equal(got, asked[name]) {
				t.Errorf("the plan asks for %v, want %v", got, asked[name])
			}
		})
	}
}

// requestsTo returns what was asked for, sorted.
func requestsTo(proxy *acctest.Proxy) []string {
	var requests []string
	for _, request := range proxy.Requests() {
		requests = append(requests, endpoint.ReplaceAllString(request.Path, ""))
	}
	slices.Sort(requests)
	return requests
}

// fillForReaders makes the registry that the pages of the data sources describe: a model with versions in all stages, two more
// models with a version each of one run, one of them of another team, and a prompt of the same team, which no page may show.
func (e *example) fillForReaders() {
	e.t.Helper()
	for name, team := range map[string]string{"fraud-eu": "risk", "fraud-lab": "research"} {
		e.CreateModel(e.t, name)
		e.SetModelTag(e.t, name, "team", team)
		e.logged(name, "7f0c2d9b")
	}
	e.CreatePrompt(e.t, "fraud-explainer", "Why is {{transaction}} suspicious?")
	e.SetModelTag(e.t, "fraud-explainer", "team", "risk")
	e.seed(8) // After the others: fraud is the last changed.
	e.SetModelTag(e.t, "fraud", "team", "risk")
	e.SetAlias(e.t, "fraud", "champion", "4")
	for version, stage := range map[string]string{
		"1": "Archived", "2": "Archived", "3": "Staging", "4": "Production", "5": "Staging", "7": "Staging", "8": "Staging",
	} {
		e.Transition(e.t, "fraud", version, stage, false)
	}
}

// logged registers a version of a run.
func (e *example) logged(model, run string) {
	e.t.Helper()
	body, err := json.Marshal(map[string]string{"name": model, "source": "s3://models/" + model, "run_id": run})
	if err != nil {
		e.t.Fatal(err)
	}
	answer, err := http.Post(e.HTTP+"/api/2.0/mlflow/model-versions/create", "application/json", bytes.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		e.t.Fatalf("a version of run %s: %s", run, answer.Status)
	}
}
