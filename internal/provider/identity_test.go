package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// identified is an object of each type, in a model with version 1 in Production, the alias champion and a tag on both.
var identified = map[string]map[string]any{
	"mlregistry_registered_model": {"name": "MODEL"},
	"mlregistry_model_version":    {"model_name": "MODEL", "version": "1"},
	"mlregistry_model_stage":      {"model_name": "MODEL", "stage": "Production"},
	"mlregistry_model_alias":      {"model_name": "MODEL", "alias": "champion"},

	"mlregistry_registered_model_tag": {"model_name": "MODEL", "key": "team"},
	"mlregistry_model_version_tag":    {"model_name": "MODEL", "version": "1", "key": "gate/validation"},
}

// named returns what identifies an object of a type in the test's own model.
func (p *protocol) named(typ string) map[string]any {
	named := maps.Clone(identified[typ])
	for name, value := range named {
		if value == "MODEL" {
			named[name] = p.model
		}
	}
	return named
}

func (p *protocol) populate() {
	p.t.Helper()
	p.CreateModel(p.t, p.model)
	p.CreateVersion(p.t, p.model, "s3://models/fraud/1")
	p.Transition(p.t, p.model, "1", "Production", false)
	p.SetAlias(p.t, p.model, "champion", "1")
	p.SetModelTag(p.t, p.model, "team", "risk")
	p.SetVersionTag(p.t, p.model, "1", "gate/validation", "passed")
}

// Every resource has an identity, and all of it is needed to import by it.
func TestEveryResourceHasAnIdentity(t *testing.T) {
	p := newProtocol(t)
	for typ := range p.resources {
		schema := p.identities[typ]
		if schema == nil {
			t.Errorf("%s has no identity", typ)
			continue
		}
		if len(identified[typ]) != len(schema.IdentityAttributes) {
			t.Errorf("%s: the tests of this file name %v", typ, identified[typ])
		}
		for _, attribute := range schema.IdentityAttributes {
			if !attribute.RequiredForImport || attribute.Description == "" || !attribute.Type.Is(tftypes.String) {
				t.Errorf("%s: %+v", typ, attribute)
			}
			if _, ok := identified[typ][attribute.Name]; !ok {
				t.Errorf("%s: the tests of this file do not name %s", typ, attribute.Name)
			}
		}
	}
}

func TestImportByIdentity(t *testing.T) {
	p := newProtocol(t)
	p.populate()
	for typ := range identified {
		named := p.named(typ)
		identity, state, problems := p.imports(typ, named)
		if problems != "" {
			t.Errorf("%s: %s", typ, problems)
			continue
		}
		for attribute, value := range named {
			if identity[attribute] != value || state[attribute] != value {
				t.Errorf("%s: %s is %q in the identity and %q in the state, want %q", typ, attribute, identity[attribute], state[attribute], value)
			}
		}
	}
	if identity, state, problems := p.imports("mlregistry_model_stage", map[string]any{"model_name": p.model, "stage": "production"}); problems != "" ||
		identity["stage"] != "Production" || state["stage"] != "Production" {
		t.Errorf("a stage in small letters: %v, %v, %s", identity, state, problems)
	}
}

func TestImportByAWrongIdentityNamesTheAttribute(t *testing.T) {
	p := newProtocol(t)
	p.populate()
	for _, wrong := range []struct {
		typ, attribute, value, says string
	}{
		{"mlregistry_registered_model", "name", "a/b", `holds '/' or ':'`},
		{"mlregistry_model_version", "model_name", "a:b", `holds '/' or ':'`},
		{"mlregistry_model_version", "version", "one", `"one" is not a version number`},
		{"mlregistry_model_version", "version", "01", "without leading zeros"},
		{"mlregistry_model_stage", "stage", "Archived", "nothing can point at its holder"},
		{"mlregistry_model_stage", "stage", "Live", `"Live" is not a stage`},
		{"mlregistry_model_alias", "alias", "v5", `MLflow keeps aliases such as "v5" for itself`},
	} {
		named := p.named(wrong.typ)
		named[wrong.attribute] = wrong.value
		_, _, problems := p.imports(wrong.typ, named)
		if !strings.Contains(problems, wrong.says) || !strings.HasPrefix(problems, `AttributeName("`+wrong.attribute+`")`) {
			t.Errorf("%s with %s = %q: %s", wrong.typ, wrong.attribute, wrong.value, problems)
		}
	}
	missing := p.named("mlregistry_model_version")
	missing["version"] = "9"
	if _, _, problems := p.imports("mlregistry_model_version", missing); !strings.Contains(problems, "The registry has no version") {
		t.Errorf("a version that does not exist: %s", problems)
	}
}

// A state that an older provider or an older Terraform wrote has no identity: the first read gives it one.
func TestReadOfAStateWithoutAnIdentity(t *testing.T) {
	p := newProtocol(t)
	p.populate()
	for typ := range identified {
		named := p.named(typ)
		read := p.read(typ, named, nil)
		identity := textsOf(t, p.identityType(typ), read.NewIdentity.IdentityData)
		for attribute, value := range named {
			if identity[attribute] != value {
				t.Errorf("%s: %s is %q in the identity, want %q", typ, attribute, identity[attribute], value)
			}
		}
	}
}

// What has disappeared is gone, whether Terraform has stored an identity for it or not: before 1.12 it never has.
func TestReadOfWhatDisappeared(t *testing.T) {
	p := newProtocol(t)
	p.Needs(t, acctest.MissingModels)
	for typ := range identified {
		named := p.named(typ)
		for what, identity := range map[string]map[string]any{"with": named, "without": nil} {
			if state := textsOf(t, p.resourceType(typ), p.read(typ, named, identity).NewState); state != nil {
				t.Errorf("%s %s an identity: %v", typ, what, state)
			}
		}
	}
}

// A pointer keeps its identity when the configuration writes its stage in other letters.
func TestIdentityOfAStageInOtherLetters(t *testing.T) {
	p := newProtocol(t)
	p.populate()
	state := map[string]any{"model_name": p.model, "stage": "PRODUCTION", "version": "1"}
	for what, identity := range map[string]map[string]any{"stored": p.named("mlregistry_model_stage"), "none": nil} {
		read := p.read("mlregistry_model_stage", state, identity)
		if got := textsOf(t, p.identityType("mlregistry_model_stage"), read.NewIdentity.IdentityData)["stage"]; got != "Production" {
			t.Errorf("%s: the stage of the identity is %q", what, got)
		}
	}
}
