package provider_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// ending matches requests by the end of their path.
func ending(path string) func(acctest.Request) bool {
	return func(request acctest.Request) bool { return strings.HasSuffix(request.Path, path) }
}

// interfere lets somebody act once, right before the first request of the second kind that follows one of the first kind.
func interfere(proxy *acctest.Proxy, first, then func(acctest.Request) bool, act func()) {
	var mu sync.Mutex
	var written, done bool
	proxy.OnRequest(func(request acctest.Request) {
		mu.Lock()
		now := written && !done && then(request)
		done = done || now
		written = written || first(request)
		mu.Unlock()
		if now {
			act()
		}
	})
}

// Somebody changes what an apply has just written, before it is read back. The apply says so, and the next plan shows the
// difference; Terraform takes a result that is not the planned one for a bug.
func TestAccChangedMeanwhile(t *testing.T) {
	const block = "resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n  force_destroy = true\n  description = %q\n  tags = { team = %q }\n}\n"
	labels := func(text string) string { return fmt.Sprintf("description = %q\n  tags = { team = %q }", text, text) }
	t.Run("model", func(t *testing.T) {
		w := newWorkspace(t)
		proxy := w.proxied()
		w.config(fmt.Sprintf(block, "a", "a"))
		w.MustApply()
		interfere(proxy, ending("registered-models/update"), ending("registered-models/get"), func() {
			w.DescribeModel(t, w.model, "theirs")
			w.DeleteModelTag(t, w.model, "team")
		})
		w.config(fmt.Sprintf(block, "b", "b"))
		w.wantMeanwhile("description and tags")
	})
	t.Run("version", func(t *testing.T) {
		w := newWorkspace(t)
		proxy := w.proxied()
		w.config(declaredModel, version("v1", source(1), labels("a")))
		w.MustApply()
		interfere(proxy, ending("model-versions/update"), ending("model-versions/search"), func() {
			w.DescribeVersion(t, w.model, "1", "theirs")
			w.SetVersionTag(t, w.model, "1", "team", "theirs")
		})
		w.config(declaredModel, version("v1", source(1), labels("b")))
		w.wantMeanwhile("description and tags")
	})
	t.Run("new version", func(t *testing.T) {
		w := newWorkspace(t)
		proxy := w.proxied()
		w.config(declaredModel, version("v1", source(1), labels("a"), stage("Production")))
		interfere(proxy, promotes("1"), ending("model-versions/search"), func() {
			w.SetVersionTag(t, w.model, "1", "team", "theirs")
		})
		w.wantMeanwhile("tags")
		w.wantProduction("1")
	})
}

// wantMeanwhile applies, and wants a warning that names what somebody else changed; another apply puts it right.
func (w *workspace) wantMeanwhile(changed string) {
	w.t.Helper()
	applied := w.Apply()
	if applied.ExitCode != 0 {
		w.t.Fatalf("the apply failed:\n%s", applied.Output)
	}
	wantText(w.t, applied.Output, "Somebody else changed "+changed)
	if plan := w.Plan(); plan.ExitCode != 2 {
		w.t.Fatalf("the next plan shows no difference:\n%s", plan.Output)
	}
	w.MustApply()
	w.emptyPlan()
}

// A variable is unknown while Terraform validates, and may turn out to be null: then nothing is adopted.
func TestAccModelVersion_onDestroyOfWhatMayBeAdopted(t *testing.T) {
	w := newWorkspace(t)
	w.config("variable \"adopt\" {\n  type = string\n  default = null\n}\n", declaredModel,
		version("v1", source(1), "version = var.adopt", `on_destroy = "delete"`))
	w.MustApply()
	w.emptyPlan()
}

// A pointer whose stage is known only after apply, and is the other one then, is another pointer.
func TestAccModelStage_stageUnknownAtPlan(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(1)
	config := func(input string) {
		w.config("resource \"terraform_data\" \"stage\" {\n  input = \"" + input + "\"\n}\n" +
			"resource \"mlregistry_model_stage\" \"live\" {\n  model_name = \"MODEL\"\n  stage = terraform_data.stage.output\n  version = 1\n}\n")
	}
	config("Staging")
	w.MustApply()
	w.wantStages("1", "Staging")
	config("Production")
	stopped := w.Apply() // Only the apply learns that it is another stage. It changes nothing; the next plan shows what is replaced.
	if stopped.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", stopped.Output)
	}
	wantText(t, stopped.Output, "would point at another stage")
	w.wantStages("1", "Staging")
	w.MustApply()
	w.wantStages("1", "Production")
	w.emptyPlan()
}
