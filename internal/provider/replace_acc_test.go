package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const createdFirst = "lifecycle { create_before_destroy = true }"

// adopted writes a version resource that adopts a version of the scenario's model.
func adopted(name string, number int, lines ...string) string {
	block := fmt.Sprintf("resource \"mlregistry_model_version\" %q {\n  model_name = \"MODEL\"\n  version = %d\n", name, number)
	for _, line := range lines {
		block += "  " + line + "\n"
	}
	return block + "}\n"
}

// serving writes a pointer under a name of its own.
func serving(name string, number int, lines ...string) string {
	block := fmt.Sprintf("resource \"mlregistry_model_stage\" %q {\n  model_name = \"MODEL\"\n  stage = \"Production\"\n  version = %d\n", name, number)
	for _, line := range lines {
		block += "  " + line + "\n"
	}
	return block + "}\n"
}

// The destroy of a resource that is replaced comes last with create_before_destroy. It must not take from the new resource
// what both of them are about.
func TestAccReplace_createdFirst(t *testing.T) {
	const archives = `on_destroy = "archive"`
	for name, test := range map[string]struct{ address, block string }{
		"pointer": {"mlregistry_model_stage.x", serving("x", 1, archives, createdFirst)},
		"adopted": {"mlregistry_model_version.x", adopted("x", 1, stage("Production"), archives, createdFirst)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(1)
			w.config(test.block)
			w.MustApply()
			w.MustApply("-replace=" + test.address)
			w.wantProduction("1")
			w.emptyPlan()
			w.MustRun("taint", test.address)
			w.MustApply()
			w.wantProduction("1")
			w.emptyPlan()
		})
	}
}

// A resource whose block was renamed, or changed to the other type, is destroyed beside the creation of its successor, in any
// order.
func TestAccReplace_withoutMoved(t *testing.T) {
	const archives = `on_destroy = "archive"`
	for name, blocks := range map[string][]string{
		"pointer renamed":    {serving("a", 1), serving("b", 1), serving("c", 1), serving("d", 1), serving("e", 1)},
		"version renamed":    {adopted("a", 1, stage("Production"), archives), adopted("b", 1, stage("Production"), archives), adopted("c", 1, stage("Production"), archives)},
		"version to pointer": {adopted("a", 1, stage("Production"), archives), serving("b", 1), adopted("c", 1, stage("Production"), archives), serving("d", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(1)
			for _, block := range blocks {
				w.config(block)
				w.MustApply()
				w.wantProduction("1")
				w.emptyPlan()
			}
			w.config()
			w.MustApply() // The last one gives the stage up: nobody takes it over.
			w.wantProduction()
		})
	}
}

// What one of two resources has put into a stage stays there when that one goes. The other is unchanged, so that the apply does not
// plan it again: only the plan knows of it.
func TestAccReplace_besideOneThatStays(t *testing.T) {
	const archives = `on_destroy = "archive"`
	for name, blocks := range map[string]struct{ stays, goes string }{
		"two pointers":           {serving("a", 1), serving("b", 1)},
		"version beside pointer": {serving("a", 1), adopted("b", 1, archives)},
		"pointer beside version": {adopted("a", 1, stage("Production"), archives), serving("b", 1)},
		"registered version":     {serving("a", 1), declaredModel + version("b", source(1), archives)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			if name == "registered version" {
				w.config(blocks.goes)
				w.MustApply()
			} else {
				w.pipeline(1)
			}
			w.config(blocks.stays, blocks.goes)
			w.MustApply()
			w.MustApply("-refresh-only")
			base := ""
			if name == "registered version" {
				base = declaredModel
			}
			w.config(base, blocks.stays)
			w.MustApply(w.Plan().PlanFile)
			w.wantProduction("1")
			w.emptyPlan()
			w.config(base)
			w.MustApply(w.Plan().PlanFile)
			w.wantProduction()
		})
	}
}

// The one that stays is planned late, since the version that it names is read slowly: the plan waits for whom it is at work on.
func TestAccReplace_besideOneThatIsSlow(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(1)
	slow := data(versionData, `model_name = "MODEL"`, "version = 1")
	stays := strings.Replace(serving("a", 1), "version = 1", "version = data."+versionData+".it.version", 1)
	w.config(slow, stays, serving("b", 1))
	w.MustApply()
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	proxy.Fault(acctest.Calls("model-versions/get"), acctest.Delay(2*time.Second), -1)
	w.config(slow, stays)
	plan := w.Plan()
	if text := "left without a holder"; says(text).MatchString(plan.Output) {
		t.Errorf("the plan says %q:\n%s", text, plan.Output)
	}
	w.MustApply(plan.PlanFile)
	w.wantProduction("1")
}

func (w *workspace) wantAliases(want map[string]string) {
	w.t.Helper()
	if got := w.Aliases(w.t, w.model); !maps.Equal(got, want) {
		w.t.Fatalf("aliases: %v, want %v", got, want)
	}
}

// A provisioner that fails taints its resource, and a killed apply leaves an alias that no state knows. Neither is lost, and nothing is taken over.
func TestAccModelAlias_taintedRenamedOrLeft(t *testing.T) {
	w := newWorkspace(t)
	w.pipeline(2)
	w.config(alias("champion", "champion", "1"))
	w.MustApply()
	w.MustRun("taint", champion)
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "1"})
	w.emptyPlan()
	for _, renamed := range []string{"a", "b", "c", "d"} { // In whatever order Terraform plans, and destroys, the two.
		w.config(alias(renamed, "champion", "1"))
		w.MustApply(w.Plan().PlanFile)
		w.wantAliases(map[string]string{"champion": "1"})
		w.emptyPlan()
	}
	w.config(alias("e", "champion", "1"), "moved {\n  from = mlregistry_model_alias.d\n  to = mlregistry_model_alias.e\n}\n")
	w.MustApply()
	w.config(alias("d", "champion", "1"), "moved {\n  from = mlregistry_model_alias.e\n  to = mlregistry_model_alias.d\n}\n")
	w.MustApply()
	w.wantAliases(map[string]string{"champion": "1"})
	w.emptyPlan()
	w.MustRun("state", "rm", "mlregistry_model_alias.d") // As after an apply that was killed.
	w.config(alias("d", "champion", "1"))
	refused := w.Plan().Output
	wantText(t, refused, `The alias "champion" of model "`+w.model+`" exists already`)
	wantText(t, refused, "terraform import mlregistry_model_alias.<name> "+w.model+"/champion")
	w.MustRun("import", "mlregistry_model_alias.d", w.model+"/champion")
	w.wantAliases(map[string]string{"champion": "1"})
	w.emptyPlan()
	w.config(alias("d", "champion", "1"), alias("e", "champion", "2"))
	for range 4 { // In whatever order Terraform plans them.
		plan := w.Plan()
		if plan.ExitCode != 1 {
			t.Fatalf("two owners of an alias passed the plan:\n%s", plan.Output)
		}
		wantText(t, plan.Output, "Keep one of the two resources.")
	}
	w.wantAliases(map[string]string{"champion": "1"})
}
