package provider_test

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// failedWrite is a write that an apply makes, and that is done although its answer is an error.
type failedWrite struct {
	// calls matches the write.
	calls func(acctest.Request) bool
	// pipeline is how many versions a pipeline has registered before: 0 for none, and no model then.
	pipeline int
	// settings are lines of the provider block.
	settings string
	// first is what is applied before, undisturbed; empty for nothing.
	first []string
	// then is what is applied while the write is answered with an error.
	then []string
	// warns says that a refusal is a warning, and that the next plan is not empty.
	warns bool
	// holds is what the registry has in the end.
	holds func(w *workspace) bool
}

// by matches requests by method, the end of the path and a part of the body.
func by(method, path, body string) func(acctest.Request) bool {
	return func(request acctest.Request) bool {
		return request.Method == method && strings.HasSuffix(request.Path, "/"+path) && strings.Contains(request.Body, body)
	}
}

// failedWrites are all writes of this provider.
func failedWrites() map[string]failedWrite {
	const (
		described = "  description = \"new\"\n  tags = { team = \"new\" }\n"
		labelled  = "  description = \"old\"\n  tags = { team = \"old\" }\n"
	)
	model := func(lines string) string {
		return "resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n" + lines + "}\n"
	}
	adopted := func(number, lines string) string {
		return "resource \"mlregistry_model_version\" \"v" + number + "\" {\n  model_name = \"MODEL\"\n  version = " + number + "\n" + lines + "}\n"
	}
	made := func(lines string) string {
		return "resource \"mlregistry_model_version\" \"new\" {\n  model_name = mlregistry_registered_model.m.name\n  source = \"s3://m/new\"\n" + lines + "}\n"
	}
	single := func(of, lines string) string {
		return "resource \"mlregistry_" + of + "_tag\" \"t\" {\n  model_name = \"MODEL\"\n  key = \"team\"\n" + lines + "}\n"
	}
	champion := func(number string) string {
		return "resource \"mlregistry_model_alias\" \"a\" {\n  model_name = \"MODEL\"\n  alias = \"champion\"\n  version = " + number + "\n}\n"
	}
	pointer := func(number string) string {
		return "resource \"mlregistry_model_stage\" \"p\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = " + number + "\n}\n"
	}
	modelTags := func(want map[string]string) func(*workspace) bool {
		return func(w *workspace) bool { return maps.Equal(w.ModelTags(w.t, w.model), want) }
	}
	versionTags := func(number string, want map[string]string) func(*workspace) bool {
		return func(w *workspace) bool { return maps.Equal(w.VersionTags(w.t, w.model, number), want) }
	}
	aliases := func(want map[string]string) func(*workspace) bool {
		return func(w *workspace) bool { return maps.Equal(w.Aliases(w.t, w.model), want) }
	}
	inStage := func(number, stage string) func(*workspace) bool {
		return func(w *workspace) bool { return w.Stage(w.t, w.model, number) == stage }
	}
	onlyVersion := func(number, stage string) func(*workspace) bool {
		return func(w *workspace) bool {
			return strings.Join(w.Versions(w.t, w.model), " ") == number && inStage(number, stage)(w) && len(w.VersionTags(w.t, w.model, number)) == 0
		}
	}
	none := map[string]string{}
	tagged := map[string]string{"team": "new"}
	const sequential = "  handover = \"sequential\""
	return map[string]failedWrite{
		"a model is created": {
			calls: ending("registered-models/create"), then: []string{model(described)},
			holds: func(w *workspace) bool { return w.ModelDescription(w.t, w.model) == "new" && modelTags(tagged)(w) },
		},
		"a model is described": {
			calls: ending("registered-models/update"), first: []string{model(labelled)}, then: []string{model(described)},
			holds: func(w *workspace) bool { return w.ModelDescription(w.t, w.model) == "new" && modelTags(tagged)(w) },
		},
		"a tag of a model is changed": {
			calls: ending("registered-models/set-tag"), first: []string{model(labelled)}, then: []string{model(described)}, holds: modelTags(tagged),
		},
		"a tag of a model is taken off": {
			calls: ending("registered-models/delete-tag"), first: []string{model(labelled)}, then: []string{model("  tags = {}\n")}, holds: modelTags(none),
		},
		"a model is deleted": {
			calls: ending("registered-models/delete"), first: []string{model("")}, then: []string{},
			holds: func(w *workspace) bool { return !w.ModelExists(w.t, w.model) },
		},
		"a version is registered": {
			calls: ending("model-versions/create"), first: []string{model("")}, then: []string{model(""), made("")}, holds: onlyVersion("1", "None"),
		},
		"the lease of a version is taken off": {
			calls: by("DELETE", "model-versions/delete-tag", "unfinished"), first: []string{model("")}, then: []string{model(""), made("")},
			holds: onlyVersion("1", "None"),
		},
		"a version is registered for Production": {
			calls: ending("model-versions/transition-stage"), first: []string{model("")}, then: []string{model(""), made("  stage = \"Production\"\n")},
			holds: onlyVersion("1", "Production"),
		},
		"a version is described": {
			calls: ending("model-versions/update"), pipeline: 1, first: []string{adopted("1", labelled)}, then: []string{adopted("1", described)},
			holds: func(w *workspace) bool { return w.VersionDescription(w.t, w.model, "1") == "new" },
		},
		"a tag of a version is changed": {
			calls: ending("model-versions/set-tag"), pipeline: 1, first: []string{adopted("1", labelled)}, then: []string{adopted("1", described)},
			holds: versionTags("1", tagged),
		},
		"a tag of a version is taken off": {
			calls: ending("model-versions/delete-tag"), pipeline: 1, first: []string{adopted("1", labelled)}, then: []string{adopted("1", "  tags = {}\n")},
			holds: versionTags("1", none),
		},
		"an adopted version is labelled": {
			calls: ending("model-versions/set-tag"), pipeline: 1, then: []string{adopted("1", described)}, holds: versionTags("1", tagged),
		},
		"a stage is handed over": {
			calls: promotes("2"), pipeline: 2, first: []string{adopted("1", "  stage = \"Production\"\n")},
			then:  []string{adopted("1", ""), adopted("2", "  stage = \"Production\"\n")},
			holds: func(w *workspace) bool { return inStage("1", "Archived")(w) && inStage("2", "Production")(w) },
		},
		"a stage is handed over in two steps": {
			calls: ending("model-versions/transition-stage"), pipeline: 2, settings: sequential, first: []string{},
			then:  []string{adopted("1", "  stage = \"Production\"\n")},
			holds: inStage("1", "Production"),
		},
		"a promotion is signed": {
			calls: ending("model-versions/set-tag"), pipeline: 1, warns: true,
			then:  []string{adopted("1", "  stage = \"Production\"\n  promotion_tags = { team = \"new\" }\n")},
			holds: func(w *workspace) bool { return inStage("1", "Production")(w) && versionTags("1", tagged)(w) },
		},
		"a version that is removed is archived": {
			calls: ending("model-versions/transition-stage"), pipeline: 1,
			first: []string{adopted("1", "  stage = \"Staging\"\n  on_destroy = \"archive\"\n")}, then: []string{}, holds: inStage("1", "Archived"),
		},
		"a version that is removed is deleted": {
			calls: ending("model-versions/delete"), first: []string{model(""), made("  on_destroy = \"delete\"\n")}, then: []string{model("")},
			holds: func(w *workspace) bool { return len(w.Versions(w.t, w.model)) == 0 },
		},
		"a pointer is set": {
			calls: ending("model-versions/transition-stage"), pipeline: 1, then: []string{pointer("1")}, holds: inStage("1", "Production"),
		},
		"a pointer is moved": {
			calls: ending("model-versions/transition-stage"), pipeline: 2, first: []string{pointer("1")}, then: []string{pointer("2")},
			holds: func(w *workspace) bool { return inStage("1", "Archived")(w) && inStage("2", "Production")(w) },
		},
		"an alias is set": {
			calls: by("POST", "registered-models/alias", ""), pipeline: 1, then: []string{champion("1")}, holds: aliases(map[string]string{"champion": "1"}),
		},
		"an alias is moved": {
			calls: by("POST", "registered-models/alias", ""), pipeline: 2, first: []string{champion("1")}, then: []string{champion("2")},
			holds: aliases(map[string]string{"champion": "2"}),
		},
		"an alias is deleted": {
			calls: by("DELETE", "registered-models/alias", ""), pipeline: 1, first: []string{champion("1")}, then: []string{}, holds: aliases(none),
		},
		"a single tag of a model is set": {
			calls: ending("registered-models/set-tag"), pipeline: 1, then: []string{single("registered_model", "  value = \"new\"\n")}, holds: modelTags(tagged),
		},
		"a single tag of a model is changed": {
			calls: ending("registered-models/set-tag"), pipeline: 1, first: []string{single("registered_model", "  value = \"old\"\n")},
			then: []string{single("registered_model", "  value = \"new\"\n")}, holds: modelTags(tagged),
		},
		"a single tag of a model is removed": {
			calls: ending("registered-models/delete-tag"), pipeline: 1, first: []string{single("registered_model", "  value = \"new\"\n")},
			then: []string{}, holds: modelTags(none),
		},
		"a single tag of a version is set": {
			calls: ending("model-versions/set-tag"), pipeline: 1, then: []string{single("model_version", "  version = 1\n  value = \"new\"\n")},
			holds: versionTags("1", tagged),
		},
		"a single tag of a version is changed": {
			calls: ending("model-versions/set-tag"), pipeline: 1, first: []string{single("model_version", "  version = 1\n  value = \"old\"\n")},
			then: []string{single("model_version", "  version = 1\n  value = \"new\"\n")}, holds: versionTags("1", tagged),
		},
		"a single tag of a version is removed": {
			calls: ending("model-versions/delete-tag"), pipeline: 1, first: []string{single("model_version", "  version = 1\n  value = \"new\"\n")},
			then: []string{}, holds: versionTags("1", none),
		},
	}
}

// errorAnswers are those to a write that was done.
func errorAnswers() map[string]acctest.FaultKind {
	said := func(code string) string { return `{"error_code":"` + code + `","message":"the backend store failed"}` }
	return map[string]acctest.FaultKind{
		"400":           acctest.StatusAfter(400, nil, ""),
		refusal:         acctest.StatusAfter(400, nil, said("BAD_REQUEST")),
		"500":           acctest.StatusAfter(500, nil, ""),
		"500 of MLflow": acctest.StatusAfter(500, nil, said("INTERNAL_ERROR")),
		"502":           acctest.StatusAfter(502, nil, "<html>Bad Gateway</html>"),
		"reset":         acctest.DropAfter,
	}
}

// refusal is the answer that says that nothing was done.
const refusal = "400 of MLflow"

// allAnswers makes TestAccFault_doneAllTheSame try each answer to each write, instead of a refusal and one other.
var allAnswers = flag.Bool("all-answers", false, "answer each write in every way")

// A write that was done and answered with an error: what the apply says is true, and the next one goes on, with nothing done twice and nothing
// to be mended by hand. Only a refusal in MLflow's own words may be believed.
func TestAccFault_doneAllTheSame(t *testing.T) {
	writes, kinds := failedWrites(), errorAnswers()
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(kinds)), func(answer string) bool { return answer == refusal })
	for index, name := range slices.Sorted(maps.Keys(writes)) {
		tried := []string{refusal, others[index%len(others)]}
		if *allAnswers {
			tried = slices.Concat(others, tried[:1])
		}
		for _, answer := range tried {
			t.Run(name+"/"+answer, func(t *testing.T) { writes[name].run(t, kinds[answer], answer == refusal) })
		}
	}
}

func (f failedWrite) run(t *testing.T, answer acctest.FaultKind, isRefusal bool) {
	w := newWorkspace(t)
	w.Needs(t, acctest.FreshReads) // A look after an error cannot tell a write that was not done from one that is not shown yet.
	proxy := w.proxied()
	w.settings = f.settings
	w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
	w.Setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
	if f.pipeline > 0 {
		w.pipeline(f.pipeline)
	}
	if f.first != nil {
		w.config(f.first...)
		w.MustApply()
	}
	w.config(f.then...)
	proxy.Reset()
	proxy.Fault(f.calls, answer, -1)
	applied := w.Apply()
	if proxy.Count(f.calls) == 0 {
		t.Fatalf("the write was not sent:\n%s", applied.Output)
	}
	for _, untrue := range []string{"omebody", "Nothing was touched", "exists already", "already exists", "bug in the provider"} {
		if strings.Contains(applied.Output, untrue) {
			t.Errorf("the apply says %q:\n%s", untrue, applied.Output)
		}
	}
	proxy.Reset()
	switch {
	case applied.ExitCode == 0 && (!isRefusal || !f.warns):
	case !isRefusal:
		t.Fatalf("the apply fails at what was done:\n%s", applied.Output)
	default:
		wantText(t, applied.Output, "answered 400 BAD_REQUEST: the backend store failed")
		plan := w.Plan()
		if plan.ExitCode == 1 || strings.Contains(plan.Output, "tainted") || strings.Contains(plan.Output, "must be replaced") {
			t.Fatalf("the next plan does not go on:\n%s\nafter:\n%s", plan.Output, applied.Output)
		}
		w.MustApply(plan.PlanFile)
	}
	w.emptyPlan()
	if !f.holds(w) {
		t.Error("the registry has something else")
	}
}
