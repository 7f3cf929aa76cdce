package provider_test

import (
	"strings"
	"testing"
)

// laterSettings are settings whose values a plan does not know: each of another kind. The resource is replaced with every apply that
// changes its input, so that its id is not known in the plan of that.
const laterSettings = `
  promotion_tags          = { at = timestamp(), run = terraform_data.run.id, by = "ann" }
  require_tags            = { verdict = "passed", never = terraform_data.run.input == "x" ? "never" : "passed-${substr(terraform_data.run.id, 0, 0)}" }
  headers                 = { "X-Run" = terraform_data.run.id, "X-Fixed" = "fixed" }
  request_timeout         = 60 + length(terraform_data.run.id) * 0
  max_retries             = 2 + length(terraform_data.run.id) * 0
  backoff_factor          = 0.1 + length(terraform_data.run.id) * 0
  backoff_jitter          = length(terraform_data.run.id) * 0
  respect_retry_after     = length(terraform_data.run.id) > 0
  max_concurrent_requests = 3 + length(terraform_data.run.id) * 0
  handover                = length(terraform_data.run.id) > 0 ? "sequential" : "atomic"
  require_staging         = length(terraform_data.run.id) == 0
`

func run(number string) string {
	return "resource \"terraform_data\" \"run\" {\n  input = \"" + number + "\"\n  triggers_replace = \"" + number + "\"\n}\n"
}

// Settings that are known only after apply stop neither reading, nor planning, nor promoting, nor destroying.
func TestAccUnknownSettings_stopNothing(t *testing.T) {
	w := newWorkspace(t)
	proxy := w.proxied()
	w.settings = laterSettings
	w.CreateModel(t, w.model)
	for range 2 {
		w.CreateVersion(t, w.model, "s3://models/fraud/x")
	}
	for _, number := range []string{"1", "2"} {
		w.SetVersionTag(t, w.model, number, "verdict", "passed")
		w.SetVersionTag(t, w.model, number, "never", "passed-")
	}
	pointer := func(version string) string {
		return "resource \"mlregistry_model_stage\" \"p\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = " + version + "\n}\n" +
			"data \"mlregistry_model_versions\" \"all\" {\n  model_name = \"MODEL\"\n}\n"
	}
	w.config(run("1"), pointer("1"))
	w.MustApply()
	w.wantProduction("1")

	w.config(run("2"), pointer("1"))
	unchanged := w.Plan()
	wantText(t, unchanged.Output, "Plan: 1 to add, 0 to change, 1 to destroy.")
	wantText(t, unchanged.Output, "Some headers are not sent while Terraform plans")
	for _, request := range proxy.Requests() {
		if request.Header.Get("X-Fixed") != "fixed" {
			t.Fatalf("a request came without the header that is known: %+v", request)
		}
	}
	w.config(run("3"), pointer("2"))
	promotion := w.Plan()
	wantText(t, promotion.Output, "Some of require_tags are checked by the apply only")
	wantText(t, promotion.Output, "require_staging is checked by the apply only")
	if got := w.planned(promotion.PlanFile, "mlregistry_model_stage.p", "archived_versions"); got != "[1]" {
		t.Fatalf("the plan says that %s leave", got)
	}
	if applied := w.Apply(promotion.PlanFile); applied.ExitCode != 0 {
		t.Fatal(applied.Output)
	}
	w.wantProduction("2")
	tags := w.VersionTags(t, w.model, "2")
	if tags["by"] != "ann" || !strings.HasSuffix(tags["at"], "Z") || len(tags["run"]) != 36 || tags["?"] != "" {
		t.Errorf("the promotion tags are %v", tags)
	}

	w.config(run("3"), pointer("2"))
	w.emptyPlan()
	// A gate that turns out not to be met refuses in the apply, before anything is touched.
	w.config(run("x"), pointer("1"))
	refused := w.Apply()
	if refused.ExitCode == 0 {
		t.Fatal(refused.Output)
	}
	wantText(t, refused.Output, `"never"`)
	w.wantProduction("2")
	w.config(run("4"), pointer("2"))
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatal(destroyed.Output)
	}
}

// Whole maps that are not known are no other case.
func TestAccUnknownSettings_wholeMaps(t *testing.T) {
	w := newWorkspace(t)
	w.settings = `
  promotion_tags = { for key, value in { by = "ann" } : terraform_data.run.input => value }
  require_tags   = { for key, value in { a = "b" } : substr("${terraform_data.run.id}x", 36, 1) => value if terraform_data.run.id == "" }
  headers        = { for key, value in { a = "b" } : "X-${terraform_data.run.id}" => value }
`
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/x")
	pointer := "resource \"mlregistry_model_stage\" \"p\" {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = 1\n}\n"
	w.config(run("signed"), pointer)
	w.MustApply()
	if tags := w.VersionTags(t, w.model, "1"); tags["signed"] != "ann" {
		t.Errorf("the promotion tags are %v", tags)
	}
	w.config(run("again"), pointer)
	w.MustApply()
	if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
		t.Fatal(destroyed.Output)
	}
}

// Without what says whom to ask, nothing is asked, and whatever must be read says so.
func TestAccUnknownSettings_whomToAsk(t *testing.T) {
	for name, setting := range map[string]string{
		"tracking_uri": `tracking_uri = "REGISTRY${substr(terraform_data.run.id, 0, 0)}"`,
		"token":        `token = terraform_data.run.id`,
		"workspace":    `workspace = terraform_data.run.id`,
		"in exec":      `exec = { command = "sh", args = [terraform_data.run.id] }`,
		"exec":         `exec = terraform_data.run.id == "" ? null : { command = "sh" }`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			proxy := w.proxied()
			w.CreateModel(t, w.model)
			w.bare, w.otherAccess = name == "tracking_uri", true
			w.settings = "  " + strings.ReplaceAll(setting, "REGISTRY", w.URI) + "\n"
			w.config(run("1"), "resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n}\n",
				"import {\n  to = mlregistry_registered_model.m\n  id = \"MODEL\"\n}\n")
			wantText(t, w.Plan().Output, "The provider's configuration is not known yet")
			if requests := proxy.Requests(); len(requests) > 0 {
				t.Errorf("%s %s was asked", requests[0].Method, requests[0].Path)
			}
		})
	}
}
