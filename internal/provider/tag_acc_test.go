package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

const (
	modelTag   = "mlregistry_registered_model_tag.t"
	versionTag = "mlregistry_model_version_tag.t"
)

// tagBlock writes a tag of the scenario's model, or of version 1 of it.
func tagBlock(address, key, value string) string {
	typ, name, _ := strings.Cut(address, ".")
	number := ""
	if typ == "mlregistry_model_version_tag" {
		number = "  version = 1\n"
	}
	return fmt.Sprintf("resource %q %q {\n  model_name = \"MODEL\"\n%s  key = %q\n  value = %q\n}\n", typ, name, number, key, value)
}

// tagged is the model or the version 1 of a scenario, whose tags are looked at and changed by hand.
type tagged struct {
	*scenario
	address, id string
}

func (o tagged) has(want map[string]string) statecheck.StateCheck {
	if o.address == modelTag {
		return o.modelTags(want)
	}
	return o.versionTags("1", want)
}

func (o tagged) put(key, value string) {
	if o.address == modelTag {
		o.SetModelTag(o.t, o.model, key, value)
	} else {
		o.SetVersionTag(o.t, o.model, "1", key, value)
	}
}

func (o tagged) drop(key string) {
	if o.address == modelTag {
		o.DeleteModelTag(o.t, o.model, key)
	} else {
		o.DeleteVersionTag(o.t, o.model, "1", key)
	}
}

// onBoth runs a test for the tag of a model and for the tag of a version. The object has the tag "theirs".
func onBoth(t *testing.T, test func(t *testing.T, o tagged)) {
	for _, address := range []string{modelTag, versionTag} {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(address, "mlregistry_"), "_tag.t"), func(t *testing.T) {
			s := newScenario(t)
			s.pipeline(1)
			o := tagged{scenario: s, address: address, id: s.model}
			if address == versionTag {
				o.id += "/1"
			}
			o.put("theirs", "x")
			test(t, o)
		})
	}
}

func TestAccTag_life(t *testing.T) {
	onBoth(t, func(t *testing.T, o tagged) {
		key := "gate/validation status é"
		if o.Has(t, acctest.TagColons) {
			key = "gate/validation status: é"
		}
		tags := func(more ...string) map[string]string {
			all := map[string]string{"theirs": "x"}
			for index := 0; index < len(more); index += 2 {
				all[more[index]] = more[index+1]
			}
			return all
		}
		block := func(value string) string { return o.hcl(tagBlock(o.address, key, value)) }
		o.run(
			resource.TestStep{Config: block("open"), ConfigPlanChecks: before(creates(o.address)),
				ConfigStateChecks: []statecheck.StateCheck{stateHas(o.address, "value", "open"), o.has(tags(key, "open"))}},
			resource.TestStep{Config: block("passed ✓ \"100%\""), ConfigPlanChecks: before(updates(o.address), changesOnly{o.address, []string{"value"}}),
				ConfigStateChecks: []statecheck.StateCheck{o.has(tags(key, "passed ✓ \"100%\""))}},
			resource.TestStep{ResourceName: o.address, ImportState: true, ImportStateId: o.id + "/" + key, ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "key"},
			resource.TestStep{ResourceName: o.address, ImportState: true, ImportStateId: o.id + "/missing", ExpectError: says(`The registry has no tag "missing"`)},
			resource.TestStep{ResourceName: o.address, ImportState: true, ImportStateId: "fraud", ExpectError: says("is not of the form MODEL/")},
			resource.TestStep{ResourceName: o.address, ImportState: true, ImportStateId: o.id + "/a//b", ExpectError: says("would mean something else as a file name")},
			resource.TestStep{Config: block(""), ConfigPlanChecks: before(updates(o.address)), // An empty value is a value.
				ConfigStateChecks: []statecheck.StateCheck{stateHas(o.address, "value", ""), o.has(tags(key, ""))}},
			resource.TestStep{ // Drift.
				PreConfig: func() { o.put(key, "by hand") }, Config: block("passed"),
				ConfigPlanChecks:  before(updates(o.address), changedOutside{o.address, "value", knownvalue.StringExact("by hand")}),
				ConfigStateChecks: []statecheck.StateCheck{o.has(tags(key, "passed"))},
			},
			resource.TestStep{ // Disappeared.
				PreConfig: func() { o.drop(key) }, Config: block("passed"), ConfigPlanChecks: before(creates(o.address)),
				ConfigStateChecks: []statecheck.StateCheck{o.has(tags(key, "passed"))},
			},
			resource.TestStep{ // Another key is another tag.
				Config:            o.hcl(tagBlock(o.address, "other", "passed")),
				ConfigPlanChecks:  before(plancheck.ExpectResourceAction(o.address, plancheck.ResourceActionDestroyBeforeCreate)),
				ConfigStateChecks: []statecheck.StateCheck{o.has(tags("other", "passed"))},
			},
			resource.TestStep{Config: o.hcl(), ConfigStateChecks: []statecheck.StateCheck{o.has(tags())}},
		)
	})
}

// The object of a tag disappears: the plan makes the tag again, or says that there is nothing to put it on.
func TestAccTag_objectDisappears(t *testing.T) {
	onBoth(t, func(t *testing.T, o tagged) {
		o.Needs(t, acctest.MissingModels)
		config := o.hcl(tagBlock(o.address, "k", "v"))
		o.run(
			resource.TestStep{Config: config},
			resource.TestStep{PreConfig: func() { o.DeleteModel(t, o.model) }, Config: config, ExpectError: says("does not exist")},
			resource.TestStep{PreConfig: func() { o.pipeline(1) }, Config: config, ConfigPlanChecks: before(creates(o.address)),
				ConfigStateChecks: []statecheck.StateCheck{o.has(map[string]string{"k": "v"})}},
			resource.TestStep{PreConfig: func() { o.DeleteModel(t, o.model) }, Config: o.hcl()}, // Nothing is left to remove.
		)
	})
}

// A tag with another value is never taken over silently; with the same value it is, and the plan says so.
func TestAccTag_neverTakesOver(t *testing.T) {
	onBoth(t, func(t *testing.T, o tagged) {
		imports := fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", o.address, o.id+"/theirs")
		o.run(
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "theirs", "mine")),
				ExpectError: says(`Its value is "x", it is not in this Terraform state, and it was left as it is. To manage it here, import it:`)},
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "theirs", "mine"), imports), ConfigPlanChecks: before(updates(o.address)),
				ConfigStateChecks: []statecheck.StateCheck{o.has(map[string]string{"theirs": "mine"})}},
		)
		w := &workspace{scenario: o.scenario, Workspace: acctest.NewWorkspace(t, "")}
		o.put("theirs", "x")
		w.config(tagBlock(o.address, "theirs", "x"))
		wantText(t, w.MustApply().Output, "It has this very value, so nothing is written, but from now on this resource manages it")
		w.emptyPlan()
		w.MustApply("-replace=" + o.address)
		w.emptyPlan()
	})
}

// Whoever sets the tag between plan and apply keeps it.
func TestAccTag_setBetweenPlanAndApply(t *testing.T) {
	onBoth(t, func(t *testing.T, o tagged) {
		w := &workspace{scenario: o.scenario, Workspace: acctest.NewWorkspace(t, "")}
		w.config(tagBlock(o.address, "k", "mine"))
		plan := w.Plan()
		o.put("k", "somebody's")
		refused := w.Apply(plan.PlanFile)
		if refused.ExitCode == 0 {
			t.Fatalf("the apply went through:\n%s", refused.Output)
		}
		wantText(t, refused.Output, `Its value is "somebody's"`)
		if err := o.has(map[string]string{"theirs": "x", "k": "somebody's"}).(look)(); err != nil {
			t.Error(err)
		}
	})
}

// owning writes a block that owns the object of the tag, with a tags map (or any other lines).
func (o tagged) owning(lines string) string {
	if o.address == modelTag {
		return "resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n  force_destroy = true\n  " + lines + "\n}\n"
	}
	return "resource \"mlregistry_model_version\" \"v1\" {\n  model_name = \"MODEL\"\n  version = 1\n  " + lines + "\n}\n"
}

func (o tagged) owner() string {
	if o.address == modelTag {
		return model
	}
	return v1
}

// Beside the tags map of its object: each manages its own, and one key in both fails the plan and names both.
func TestAccTag_besideTheTagsMap(t *testing.T) {
	onBoth(t, func(_ *testing.T, o tagged) {
		typ, _, _ := strings.Cut(o.address, ".")
		ownerType, _, _ := strings.Cut(o.owner(), ".")
		both := says(fmt.Sprintf("It is declared by %s and by the tags of %s. Keep one of the two", typ, ownerType))
		imports := ""
		if o.address == modelTag {
			imports = "import {\n  to = mlregistry_registered_model.m\n  id = \"MODEL\"\n}\n"
		}
		apart := o.hcl(o.owning(`tags = { theirs = "x", team = "risk" }`), tagBlock(o.address, "k", "v"))
		o.run(
			resource.TestStep{Config: o.hcl(o.owning(`tags = { theirs = "x", k = "v" }`), tagBlock(o.address, "k", "v"), imports), ExpectError: both},
			resource.TestStep{Config: o.hcl(o.owning(`tags = { theirs = "x", team = "risk" }`), tagBlock(o.address, "k", "v"), imports),
				ConfigStateChecks: []statecheck.StateCheck{o.has(map[string]string{"theirs": "x", "team": "risk", "k": "v"})}},
			resource.TestStep{Config: o.hcl(o.owning(`tags = { theirs = "x", k = "v" }`), tagBlock(o.address, "k", "v")), ExpectError: both},
			resource.TestStep{Config: o.hcl(o.owning(`tags = { theirs = "x" }`), tagBlock(o.address, "k", "v")), // The map gives up its own key only.
				ConfigStateChecks: []statecheck.StateCheck{o.has(map[string]string{"theirs": "x", "k": "v"})}},
			resource.TestStep{Config: apart},
			resource.TestStep{ // A tag moves from its own resource to the map, and stays.
				Config:            o.hcl(o.owning(`tags = { theirs = "x", team = "risk", k = "v" }`)),
				ConfigStateChecks: []statecheck.StateCheck{o.has(map[string]string{"theirs": "x", "team": "risk", "k": "v"})},
			},
			resource.TestStep{ // And back.
				Config:            apart,
				ConfigStateChecks: []statecheck.StateCheck{o.has(map[string]string{"theirs": "x", "team": "risk", "k": "v"})},
			},
		)
	})
}

// Two resources of the same kind for one tag.
func TestAccTag_twice(t *testing.T) {
	onBoth(t, func(_ *testing.T, o tagged) {
		again := strings.ReplaceAll(tagBlock(o.address, "k", "w"), `"t"`, `"u"`)
		typ, _, _ := strings.Cut(o.address, ".")
		both := says(fmt.Sprintf("It is declared by two resources of the type %s.", typ))
		o.run(
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "k", "v"), again), ExpectError: both},
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "k", "v"))},
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "k", "v"), again), ExpectError: both},
		)
	})
}

// The owning resource is imported while a resource of its own has a tag: the import leaves the tag to that resource.
func TestAccTag_importedOwner(t *testing.T) {
	onBoth(t, func(_ *testing.T, o tagged) {
		imports := "import {\n  to = mlregistry_registered_model.m\n  id = \"MODEL\"\n}\n"
		if o.address == versionTag {
			imports = "import {\n  to = mlregistry_model_version.v1\n  id = \"MODEL/1\"\n}\n"
		}
		typ, name, _ := strings.Cut(o.address, ".")
		released := fmt.Sprintf("removed {\n  from = %s.%s\n  lifecycle {\n    destroy = false\n  }\n}\n", typ, name)
		have := []statecheck.StateCheck{o.has(map[string]string{"theirs": "x", "k": "v"})}
		o.run(
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "k", "v"))},
			resource.TestStep{Config: o.hcl(tagBlock(o.address, "k", "v"), o.owning(`tags = { theirs = "x" }`), imports),
				ConfigStateChecks: have},
			resource.TestStep{Config: o.hcl(o.owning(`tags = { theirs = "x", k = "v" }`), released), ConfigStateChecks: have},
			resource.TestStep{Config: o.hcl(o.owning(`tags = { theirs = "x" }`), tagBlock(o.address, "k", "v")), ConfigStateChecks: have},
		)
	})
}

// A promotion tag is no other resource's.
func TestAccTag_promotionTag(t *testing.T) {
	s := newScenario(t)
	s.settings = `  promotion_tags = { commit = "abc" }`
	s.pipeline(1)
	s.run(
		resource.TestStep{Config: s.hcl(tagBlock(versionTag, "commit", "v")), ExpectError: says("promotion_tags of the provider writes it")},
		resource.TestStep{Config: s.hcl(adopt(`tags = { commit = "v" }`)), ExpectError: says("promotion_tags of the provider writes it")},
		resource.TestStep{Config: s.hcl(tagBlock(modelTag, "commit", "v"))}, // Of the model, not of a version.
	)
}

func TestAccTag_promotionTagOfTheResource(t *testing.T) {
	acctest.NeedsCLI(t, acctest.WriteOnly)
	s := newScenario(t)
	s.pipeline(1)
	s.run(resource.TestStep{Config: s.hcl(adopt(`tags = { sha = "v" }`, `promotion_tags = { sha = "w" }`)),
		ExpectError: says(`The tag "sha" is in tags and in promotion_tags`)})
}

func TestAccTag_badInput(t *testing.T) {
	long := strings.Repeat("k", 251)
	for name, test := range map[string]struct{ block, attribute, message string }{
		"empty":     {tagBlock(modelTag, "", "v"), "key", "must not be empty"},
		"long":      {tagBlock(versionTag, long, "v"), "key", "has 251 characters, and MLflow keeps at most 250"},
		"character": {tagBlock(versionTag, "a@b", "v"), "key", "letters, digits"},
		"path":      {tagBlock(modelTag, "../a", "v"), "key", "would mean something else as a file name"},
		"reserved":  {tagBlock(modelTag, "mlflow.user", "v"), "key", "such tags are MLflow's own"},
		"own":       {tagBlock(versionTag, "mlregistry.unfinished", "v"), "key", "the provider itself sets the tag"},
		"value":     {tagBlock(versionTag, "k", strings.Repeat("v", 100_001)), "value", "has 100001 characters, and MLflow keeps at most 100000"},
		"mapKey":    {version("v1", source(1), `tags = { "`+long+`" = "v" }`) + declaredModel, "tags", "has 251 characters"},
		"mapValue":  {version("v1", source(1), `tags = { k = "`+strings.Repeat("v", 100_001)+`" }`) + declaredModel, "tags", "has 100001 characters"},
		"model":     {tagBlock(modelTag, "k", "v"), "model_name", "Declare it with mlregistry_registered_model"},
		"version":   {tagBlock(versionTag, "k", "v"), "version", "The model does not exist or has no versions."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			if name == "model" || name == "version" {
				w.Needs(t, acctest.MissingModels)
			}
			w.config(test.block)
			w.wantPlanError(test.attribute, test.message)
		})
	}
}

// The version of a tag is known only after apply, and is replaced.
func TestAccTag_versionUnknownAtPlan(t *testing.T) {
	w := newWorkspace(t)
	config := func(number int, tags string) {
		w.config(declaredModel, version("new", source(number), tags, "lifecycle { create_before_destroy = true }"),
			"resource \"mlregistry_model_version_tag\" \"t\" {\n  model_name = mlregistry_registered_model.m.name\n  version = mlregistry_model_version.new.version\n  key = \"k\"\n  value = \"v\"\n}\n")
	}
	config(1, "")
	w.MustApply()
	config(2, "")
	w.MustApply()
	w.emptyPlan()
	if err := w.versionTags("2", map[string]string{"k": "v"}).(look)(); err != nil {
		t.Error(err)
	}
	config(3, `tags = { k = "w" }`) // Two owners, which only the apply can see: the tag of the version stays the map's.
	failed := w.Apply()
	if failed.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", failed.Output)
	}
	wantText(t, failed.Output, "Keep one of the two")
	if err := w.versionTags("3", map[string]string{"k": "w"}).(look)(); err != nil {
		t.Error(err)
	}
}
