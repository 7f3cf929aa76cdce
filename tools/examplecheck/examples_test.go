package examplecheck

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// prepared says how many versions of fraud the registry has to hold before an example can be planned.
var prepared = map[string]int{"adopt": 8, "drift": 8, "resources/mlregistry_model_stage": 8, "resources/mlregistry_model_alias": 8,
	"stages-and-aliases": 8, "promotion-gate": 8, "resources/mlregistry_registered_model_tag": 1, "resources/mlregistry_model_version_tag": 8}

// Every folder of examples/ is found by itself, planned, applied, and planned again.
func TestAccExamples_applyToAnEmptyPlan(t *testing.T) {
	for _, folder := range folders(t) {
		if folder == "adopt-registry" || isAction(folder) {
			continue // Imports what it needs: TestAccExamples_adoptRegistry. And TestAccExamples_actions.
		}
		t.Run(filepath.ToSlash(folder), func(t *testing.T) {
			e := newExample(t, folder, noImport)
			if strings.HasPrefix(filepath.ToSlash(folder), "data-sources/") {
				e.serve(folder) // Something to look up.
			} else {
				e.seed(prepared[filepath.ToSlash(folder)])
			}
			if folder == "promotion-gate" {
				if refused := e.Plan(); refused.ExitCode != 1 || !strings.Contains(refused.Output, `may not enter Production`) {
					t.Errorf("the gate is open:\n%s", refused.Output)
				}
				e.SetVersionTag(t, "fraud", "8", "validation_status", "passed")
			}
			e.holds()
		})
	}
}

func isAction(folder string) bool { return strings.HasPrefix(filepath.ToSlash(folder), "actions/") }

// Each action of the examples can be invoked, and moves Production.
func TestAccExamples_actions(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Actions)
	for _, folder := range folders(t) {
		if !isAction(folder) {
			continue
		}
		t.Run(filepath.Base(folder), func(t *testing.T) {
			e := newExample(t, folder, noImport)
			e.seed(8)
			e.Transition(t, "fraud", "8", "Production", true)
			e.Transition(t, "fraud", "7", "Production", true)
			block := regexp.MustCompile(`(?m)^action "(\w+)" "(\w+)"`).FindStringSubmatch(readFile(t, filepath.Join(root, "examples", folder, "action.tf")))
			e.MustApply("-invoke=action." + block[1] + "." + block[2])
			if got := e.Holders(t, "fraud", "Production"); !slices.Equal(got, []string{"8"}) {
				t.Errorf("Production is held by %v", got)
			}
		})
	}
}

// The import blocks and commands take over what is there already, and change nothing that the example declares.
func TestAccExamples_import(t *testing.T) {
	for _, folder := range folders(t) {
		script := filepath.Join(root, "examples", folder, "import.sh")
		if _, err := os.Stat(script); err != nil {
			continue
		}
		t.Run(filepath.Base(folder)+"_block", func(t *testing.T) {
			e := newExample(t, folder, byStringID)
			e.serve(folder)
			e.importsOne(folder)
		})
		t.Run(filepath.Base(folder)+"_command", func(t *testing.T) {
			e := newExample(t, folder, noImport)
			e.serve(folder)
			ran := 0
			for line := range strings.Lines(readFile(t, script)) {
				if words := strings.Fields(line); len(words) > 1 && words[0] == "terraform" {
					e.MustRun(words[1:]...)
					ran++
				}
			}
			if ran == 0 {
				t.Errorf("%s has no terraform command", script)
			}
		})
	}
}

// The blocks that import by identity take over the same.
func TestAccExamples_importByIdentity(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Identity)
	for _, folder := range folders(t) {
		if _, err := os.Stat(filepath.Join(root, "examples", folder, byIdentity)); err != nil {
			if strings.HasPrefix(filepath.ToSlash(folder), "resources/") {
				t.Errorf("examples/%s has no %s", folder, byIdentity)
			}
			continue
		}
		t.Run(filepath.Base(folder), func(t *testing.T) {
			e := newExample(t, folder, byIdentity)
			e.serve(folder)
			e.importsOne(folder)
		})
	}
}

// Each list block finds something.
func TestAccExamples_query(t *testing.T) {
	acctest.NeedsCLI(t, acctest.Query)
	files, err := filepath.Glob(filepath.Join(root, "examples", "list-resources", "*", "list-resource.tfquery.hcl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no list blocks: %v", err)
	}
	for _, file := range files {
		typ := filepath.Base(filepath.Dir(file))
		t.Run(typ, func(t *testing.T) {
			e := newEmpty(t)
			e.connect("")
			e.serve("")
			e.SetModelTag(t, "fraud", "team", "risk")
			e.SetVersionTag(t, "fraud", "1", "validation_status", "passed")
			content := readFile(t, file)
			e.Write("list-resource.tfquery.hcl", content)
			output := e.MustRun("query", "-no-color").Output
			for _, block := range regexp.MustCompile(`(?m)^list "(\w+)" "(\w+)"`).FindAllStringSubmatch(content, -1) {
				if found := "list." + block[1] + "." + block[2]; block[1] != typ || !strings.Contains(output, found+"   ") {
					t.Errorf("%s finds nothing:\n%s", found, output)
				}
			}
		})
	}
}

// serve makes a registry in which there is something to import: version 1 is in Production, and has an alias.
func (e *example) serve(folder string) {
	e.seed(max(1, prepared[filepath.ToSlash(folder)]))
	e.Transition(e.t, "fraud", "1", "Production", false)
	e.SetAlias(e.t, "fraud", "champion", "1")
	switch filepath.Base(folder) {
	case "mlregistry_registered_model_tag":
		e.SetModelTag(e.t, "fraud", "on_call", "risk-team")
	case "mlregistry_model_version_tag":
		e.SetVersionTag(e.t, "fraud", "8", "review/risk", "approved")
	}
}

// importsOne fails the test unless the plan imports what the page is about, and destroys nothing. A model that the example declares
// beside it is in the state already: the plan would refuse to create it.
func (e *example) importsOne(folder string) {
	e.t.Helper()
	const declared, address = `resource "mlregistry_registered_model" "fraud"`, "mlregistry_registered_model.fraud"
	if filepath.Base(folder) != "mlregistry_registered_model" &&
		strings.Contains(readFile(e.t, filepath.Join(root, "examples", folder, "resource.tf")), declared) {
		e.MustRun("import", address, "fraud")
	}
	plan := e.plans("1 to import")
	if !strings.Contains(plan.Output, "0 to destroy") {
		e.t.Errorf("the import destroys something:\n%s", plan.Output)
	}
}

// The plan that the promotion example shows in its comment is the one that the CLI prints.
func TestAccExamples_promotionShowsItsPlan(t *testing.T) {
	e := newExample(t, "promotion", noImport)
	after := readFile(t, filepath.Join(root, "examples", "promotion", "main.tf"))
	const stage = "  stage      = \"Production\"\n"
	if strings.Count(after, stage) != 1 {
		t.Fatal("the example is to have the stage in one version")
	}
	// Before: version 1 in Production, version 2 registered afterwards and without a stage.
	both := strings.Replace(after, stage, "", 1)
	both = strings.Replace(both, "s3://models/fraud/1\"\n", "s3://models/fraud/1\"\n"+stage, 1)
	e.Write("main.tf", both)
	e.MustApply("-target=mlregistry_model_version.v1")
	e.MustApply()
	e.Transition(t, "fraud", "2", "Staging", false)

	e.Write("main.tf", after)
	shown := promised(t, after)
	plan := e.Plan()
	if got := squeezed(plan.Output); !strings.Contains(got, shown) {
		t.Errorf("the example shows\n%s\nand the plan is\n%s", shown, plan.Output)
	}
	if readme := squeezed(readFile(t, filepath.Join(root, "README.md"))); !strings.Contains(readme, shown) {
		t.Errorf("the README does not show the plan\n%s", shown)
	}
	e.MustApply(plan.PlanFile)
	if got := e.Holders(t, "fraud", "Production"); !slices.Equal(got, []string{"2"}) || e.Stage(t, "fraud", "1") != "Archived" {
		t.Errorf("Production is held by %v, version 1 is in %s", got, e.Stage(t, "fraud", "1"))
	}
}

// Adopting another version hands Production over without a gap, although Terraform calls it a replacement.
func TestAccExamples_adoptHandsOver(t *testing.T) {
	e := newExample(t, "adopt", noImport)
	e.seed(8)
	e.holds("-var=live_version=7")
	plan := e.plans(`+ "7",`, "-var=live_version=8")
	watcher := acctest.WatchStage(t, e.Registry, "fraud", "Production")
	e.MustApply(plan.PlanFile)
	watcher.Stop()
	if watcher.Min() != 1 || watcher.Max() != 1 {
		t.Errorf("reads by number of versions in Production: %v", watcher.Counts())
	}
	if got := e.Holders(t, "fraud", "Production"); !slices.Equal(got, []string{"8"}) {
		t.Errorf("Production is held by %v", got)
	}
}

// The registry that the inventory describes is taken over as it is, and the inventory is what is read from it.
func TestAccExamples_adoptRegistry(t *testing.T) {
	e := newExample(t, "adopt-registry", "imports.tf")
	e.seed(8)
	e.DescribeModel(t, "fraud", "Card fraud scoring")
	e.SetModelTag(t, "fraud", "team", "risk")
	for number := 1; number <= 6; number++ {
		e.DeleteVersion(t, "fraud", strconv.Itoa(number))
	}
	e.SetVersionTag(t, "fraud", "7", "validation_status", "passed")
	e.DescribeVersion(t, "fraud", "8", "Trained on the data of October")
	e.Transition(t, "fraud", "7", "Production", false)
	e.Transition(t, "fraud", "8", "Staging", false)
	e.SetAlias(t, "fraud", "champion", "7")
	before := e.Dump(t, "fraud")

	declared := readFile(t, filepath.Join(root, "examples", "adopt-registry", "inventory.json"))
	e.Write("inventory.json", declared)
	plan := e.plans("Plan: 6 to import, 0 to add, 0 to change, 0 to destroy.")
	e.MustApply(plan.PlanFile)
	if again := e.Plan(); again.ExitCode != 0 {
		t.Errorf("the plan after the apply exited with %d:\n%s", again.ExitCode, again.Output)
	}
	if after := e.Dump(t, "fraud"); after != before {
		t.Errorf("the registry has changed, from\n%s\nto\n%s", before, after)
	}

	e.Write("inventory/main.tf", readFile(t, filepath.Join(root, "examples", "adopt-registry", "inventory", "main.tf")))
	e.Setenv("MLFLOW_TRACKING_URI", e.URI)
	e.MustRun("-chdir=inventory", "apply", "-no-color", "-auto-approve")
	var written, want any
	for text, into := range map[string]*any{e.MustRun("-chdir=inventory", "output", "-json", "inventory").Output: &written, declared: &want} {
		_, content, _ := strings.Cut(text, "{") // Behind what the CLI may say first.
		if err := json.Unmarshal([]byte("{"+content), into); err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
	}
	if !reflect.DeepEqual(written, want) {
		t.Errorf("the inventory is %v, want %v", written, want)
	}
}

// The README's configuration is whole.
func TestAccReadme_exampleApplies(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```hcl\n(.*?)```").FindAllStringSubmatch(readFile(t, filepath.Join(root, "README.md")), -1)
	if len(blocks) == 0 {
		t.Fatal("the README shows no configuration")
	}
	e := newEmpty(t)
	e.Write("main.tf", blocks[0][1])
	e.connect(blocks[0][1])
	e.holds()
}

// folders returns every folder below examples/ that holds a configuration.
func folders(t *testing.T) []string {
	t.Helper()
	var found []string
	base := filepath.Join(root, "examples")
	err := filepath.WalkDir(base, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tf" {
			return err
		}
		folder, err := filepath.Rel(base, filepath.Dir(path))
		if err == nil && !slices.Contains(found, folder) {
			found = append(found, folder)
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("examples: %v, %v", found, err)
	}
	return found
}

// promised returns the plan of one resource that a comment shows.
func promised(t *testing.T, configuration string) string {
	t.Helper()
	var comment strings.Builder
	for line := range strings.Lines(configuration) {
		if text, found := strings.CutPrefix(line, "#"); found {
			comment.WriteString(text)
		}
	}
	shown := regexp.MustCompile(`(?s)# mlregistry_model_version\.v2 will be .*?\n +}\n`).FindString(comment.String())
	if shown == "" {
		t.Fatal("the comment shows no plan")
	}
	return squeezed(shown)
}

// squeezed takes out what depends on where a text stands: indentation and the width of columns.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }
