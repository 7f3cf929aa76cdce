package provider_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const secretVariable = `
variable "who" {
  type      = string
  ephemeral = true
  sensitive = true
}
`

// An ephemeral and sensitive value is written to the registry, and is neither in the state, its private part included, nor
// in what Terraform prints: not when the tag is written, not when the server refuses it and repeats it, and not in the next plan.
func TestAccPromotionTags_secrets(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	for place, own := range map[string]bool{"provider": false, "resource": true} {
		for kind, block := range map[string]func(lines ...string) string{
			"version": func(lines ...string) string { return adopt(append(lines, stage("Production"))...) },
			"pointer": func(lines ...string) string { return pointAt("2", lines...) },
		} {
			t.Run(place+"/"+kind, func(t *testing.T) {
				w := newWorkspace(t)
				proxy := acctest.NewProxy(t, w.HTTP)
				w.URI = proxy.URL
				w.Setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
				w.pipeline(2)
				w.Transition(t, w.model, "1", "Production", false)
				lines := []string{`on_destroy = "retain"`}
				tags := `promotion_tags = { who = "by ${var.who} for {replaced}, {from} -> {stage}" }`
				if own {
					lines = append(lines, tags)
				} else {
					w.settings = "  " + tags
				}
				w.config(secretVariable, block(lines...))
				hidden := func(output string) {
					t.Helper()
					if strings.Contains(output, "hush-hush") {
						t.Errorf("printed:\n%s", output)
					}
					state := readFile(t, w.Dir, "terraform.tfstate")
					if strings.Contains(state+privateParts(t, state), "hush-hush") {
						t.Errorf("in the state:\n%s\n%s", state, privateParts(t, state))
					}
				}
				refuse := func() {
					answer := `{"error_code": "BAD_REQUEST", "message": "[parameters: ('by hush-hush-of-the-first-apply for')]"}`
					proxy.Fault(setsTag("who"), acctest.Status(400, nil, answer), 1)
				}
				refuse()
				warned := w.MustApply("-var", "who=hush-hush-of-the-first-apply")
				wantText(t, warned.Output, "it lacks its promotion tags who")
				hidden(warned.Output)
				if state := readFile(t, w.Dir, "terraform.tfstate"); !strings.Contains(privateParts(t, state), `"who"`) {
					t.Fatalf("the private part does not say what is left: %s", privateParts(t, state))
				}
				refuse()
				failed := w.Apply("-var", "who=hush-hush-of-the-first-apply")
				if failed.ExitCode == 0 {
					t.Fatalf("the apply went through:\n%s", failed.Output)
				}
				hidden(failed.Output)
				hidden(w.MustApply("-var", "who=hush-hush-of-the-next-apply").Output)
				if got := w.VersionTags(t, w.model, "2")["who"]; got != "by hush-hush-of-the-next-apply for 1, None -> Production" {
					t.Errorf("the tag is %q", got)
				}
				plan := w.Plan("-var", "who=hush-hush-of-a-plan")
				if plan.ExitCode != 0 {
					t.Errorf("something is left to do:\n%s", plan.Output)
				}
				hidden(plan.Output)
			})
		}
	}
}

// privateParts returns the private parts of the resources in a state, decoded.
func privateParts(t *testing.T, state string) string {
	t.Helper()
	var parts strings.Builder
	eachInstance(t, state, func(instance map[string]any) {
		private, _ := instance["private"].(string)
		outer, err := base64.StdEncoding.DecodeString(private)
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string][]byte
		if json.Unmarshal(outer, &keys) != nil {
			parts.Write(outer)
		}
		for _, value := range keys {
			parts.Write(value)
		}
	})
	return parts.String()
}

// eachInstance calls visit with each instance of a state, and returns the state as it is then.
func eachInstance(t *testing.T, state string, visit func(instance map[string]any)) string {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal([]byte(state), &whole); err != nil {
		t.Fatal(err)
	}
	resources, _ := whole["resources"].([]any)
	for _, each := range resources {
		for _, instance := range each.(map[string]any)["instances"].([]any) {
			visit(instance.(map[string]any))
		}
	}
	changed, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(changed)
}

// A state of schema version 0 has the values of promotion tags. It is no difference, and a refresh drops them; tags that were left
// to be written are written as they were remembered, and then forgotten.
func TestAccPromotionTags_stateWithValues(t *testing.T) {
	for name, left := range map[string]string{"all written": "", "one left": `{"version":2,"tags":{"c":"hush-hush-3"}}`} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.pipeline(2)
			w.settings = `  promotion_tags = { a = "1", b = "2", c = "{replaced}" }`
			w.config(pointAt("2", `on_destroy = "retain"`))
			w.MustApply()
			w.Write("terraform.tfstate", eachInstance(t, readFile(t, w.Dir, "terraform.tfstate"), func(instance map[string]any) {
				instance["schema_version"] = 0
				attributes := instance["attributes"].(map[string]any)
				attributes["promoted_with"] = map[string]any{"a": "hush-hush-1", "b": "hush-hush-2"}
				if left != "" {
					instance["private"] = withUnwritten(t, instance["private"].(string), left)
				} else {
					attributes["promoted_with"].(map[string]any)["c"] = ""
				}
			}))
			refresh := w.MustRun("plan", "-refresh-only", "-detailed-exitcode", "-no-color")
			wantText(t, refresh.Output, "No changes")
			if left == "" {
				w.emptyPlan()
				w.MustRun("apply", "-refresh-only", "-auto-approve", "-no-color")
			} else {
				if plan := w.Plan(); plan.ExitCode != 2 || strings.Contains(plan.Output, "hush-hush") {
					t.Fatalf("exit %d:\n%s", plan.ExitCode, plan.Output)
				}
				w.MustApply()
				if got := w.VersionTags(t, w.model, "2")["c"]; got != "hush-hush-3" {
					t.Errorf("the tag is %q", got)
				}
			}
			state := readFile(t, w.Dir, "terraform.tfstate")
			if all := state + privateParts(t, state); strings.Contains(all, "hush-hush") {
				t.Errorf("the values are in the state still:\n%s", all)
			}
			keys := 0
			eachInstance(t, state, func(instance map[string]any) {
				keys = len(instance["attributes"].(map[string]any)["promoted_with"].([]any))
			})
			if keys != 3 {
				t.Errorf("promoted_with has %d keys:\n%s", keys, state)
			}
			w.emptyPlan()
		})
	}
}

// withUnwritten puts tags that are still to be written into the private part of a pointer.
func withUnwritten(t *testing.T, private, left string) string {
	t.Helper()
	outer, err := base64.StdEncoding.DecodeString(private)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string][]byte
	if err := json.Unmarshal(outer, &keys); err != nil {
		t.Fatal(err)
	}
	memory := strings.TrimSuffix(strings.TrimSpace(string(keys["version"])), "}")
	keys["version"] = []byte(fmt.Sprintf(`%s,"unwritten":%s}`, memory, left))
	changed, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(changed)
}
