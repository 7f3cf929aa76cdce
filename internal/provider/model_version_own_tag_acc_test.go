package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// noDots puts a registry before the provider that allows no dots in the keys of tags, as Databricks Unity Catalog does, with its words.
func noDots(w *workspace) *acctest.Proxy {
	proxy := w.proxied()
	w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
	proxy.Fault(func(request acctest.Request) bool {
		return strings.HasSuffix(request.Path, "model-versions/create") && strings.Contains(request.Body, "mlregistry.unfinished")
	}, acctest.Status(400, nil, `{"error_code":"INVALID_PARAMETER_VALUE","message":"Tag name mlregistry.unfinished contains one or more `+
		`of the reserved characters: List(., ,, -, =, /, :)"}`), -1)
	return proxy
}

// A registry that refuses the provider's own tag registers versions without it, and the warning says what does not hold then.
func TestAccModelVersion_ownTagRefused(t *testing.T) {
	const without = "was registered without the tag of this provider"
	t.Run("registers", func(t *testing.T) {
		w := newWorkspace(t)
		proxy := noDots(w)
		w.config(declaredModel, version("v1", source(1), stage("Production"), `tags = { team = "risk" }`))
		applied := w.MustApply()
		wantText(t, applied.Output, `Version 1 of model "`+w.model+`" `+without)
		wantText(t, applied.Output, "contains one or more of the reserved characters")
		wantText(t, applied.Output, "the next apply registers another version from the same source")
		w.wantStages("1", "Production")
		if tags := w.VersionTags(t, w.model, "1"); !maps.Equal(tags, map[string]string{"team": "risk"}) {
			t.Errorf("tags: %v", tags)
		}
		w.emptyPlan()
		// One creation of a process is refused, whatever it registers; an own tag is neither renewed nor taken off.
		proxy.Reset()
		noDotsAgain := noDots(w)
		w.config(declaredModel, version("v1", source(1), stage("Production"), `tags = { team = "risk" }`), version("v2", source(2)), version("v3", source(3)))
		w.MustApply()
		if sent := noDotsAgain.Count(acctest.Calls("model-versions/create")); sent != 3 {
			t.Errorf("2 versions were registered by %d requests, want 3", sent)
		}
		if tags := noDotsAgain.Count(acctest.Calls("model-versions/delete-tag")) + noDotsAgain.Count(acctest.Calls("model-versions/set-tag")); tags != 0 {
			t.Errorf("%d requests for tags", tags)
		}
		w.wantVersions("1", "2", "3")
		w.emptyPlan()
	})
	t.Run("the answer is lost", func(t *testing.T) {
		w := newWorkspace(t)
		w.CreateModel(t, w.model)
		noDots(w).Fault(acctest.Calls("model-versions/create"), acctest.DropAfter, 1)
		block := "resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"MODEL\"\n  source = \"s3://m/1\"\n}\n"
		w.config(block)
		failed := w.Apply()
		if failed.ExitCode == 0 {
			t.Fatalf("the apply went through:\n%s", failed.Output)
		}
		wantText(t, failed.Output, "since then there is version 1 from the same source, which may be its")
		w.wantVersions("1")
		w.config(block, "import {\n  to = mlregistry_model_version.v\n  id = \"MODEL/1\"\n}\n")
		w.MustApply()
		w.wantVersions("1")
		w.emptyPlan()
	})
	t.Run("what follows fails", func(t *testing.T) {
		w := newWorkspace(t)
		noDots(w).Fault(promotes("1"), acctest.Status(403, nil, `{"error_code":"PERMISSION_DENIED","message":"no"}`), -1)
		w.config(declaredModel, version("v1", source(1), stage("Production")))
		failed := w.Apply()
		if failed.ExitCode == 0 {
			t.Fatalf("the apply went through:\n%s", failed.Output)
		}
		wantText(t, failed.Output, `Version 1 of model "`+w.model+`" is registered and in no state`)
		wantText(t, failed.Output, "terraform import mlregistry_model_version.<name> "+w.model+"/1")
	})
	t.Run("a value that is refused", func(t *testing.T) {
		w := newWorkspace(t)
		proxy := noDots(w)
		proxy.Fault(acctest.Calls("model-versions/create"), acctest.Status(400, nil, `{"error_code":"INVALID_PARAMETER_VALUE","message":"no such bucket"}`), -1)
		w.config(declaredModel, version("v1", source(1)))
		failed := w.Apply()
		wantText(t, failed.Output, "no such bucket")
		if strings.Contains(failed.Output, "unfinished") {
			t.Errorf("the message is about a tag that nobody wrote:\n%s", failed.Output)
		}
		if sent := proxy.Count(acctest.Calls("model-versions/create")); failed.ExitCode == 0 || sent != 2 {
			t.Errorf("exit code %d, %d creations", failed.ExitCode, sent)
		}
	})
}

// wantVersions ends the test unless the model has these versions.
func (w *workspace) wantVersions(want ...string) {
	w.t.Helper()
	if got := w.Versions(w.t, w.model); !slices.Equal(got, want) {
		w.t.Fatalf("versions: %v, want %v", got, want)
	}
}
