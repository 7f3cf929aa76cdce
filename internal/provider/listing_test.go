package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// query is what a list block asks for.
type query struct {
	config  map[string]any
	limit   int64
	include bool
}

// lists runs a list block and returns what came.
func (p *protocol) lists(typ string, asked query) []tfprotov6.ListResourceResult {
	p.t.Helper()
	stream, err := p.ListResource(p.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typ, Config: encode(p.t, object(p.t, p.listBlocks[typ].ValueType(), asked.config)),
		IncludeResource: asked.include, Limit: asked.limit,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	var results []tfprotov6.ListResourceResult
	for result := range stream.Results {
		results = append(results, result)
	}
	return results
}

// names lists and returns the display names without the name of the test's model.
func (p *protocol) names(typ string, asked query) []string {
	p.t.Helper()
	var names []string
	for _, result := range p.lists(typ, asked) {
		p.must(result.Diagnostics, nil)
		names = append(names, strings.ReplaceAll(result.DisplayName, p.model, "M"))
	}
	return names
}

func (p *protocol) wantNames(typ string, asked query, want ...string) {
	p.t.Helper()
	if got := p.names(typ, asked); !slices.Equal(got, want) {
		p.t.Errorf("%s with %v: %q, want %q", typ, asked, got, want)
	}
}

// listable makes three models: M with versions in every stage, M-2 with two versions in Production, and a prompt.
func (p *protocol) listable() {
	p.t.Helper()
	second, prompt := p.model+"-2", p.model+"-prompt"
	for _, name := range []string{p.model, second, prompt} {
		p.CreateModel(p.t, name)
		if p.Real() {
			p.t.Cleanup(func() {
				if name != p.model {
					p.DeleteModel(p.t, name)
				}
			})
		}
	}
	p.SetModelTag(p.t, prompt, "mlflow.prompt.is_prompt", "true")
	p.SetModelTag(p.t, second, "team", "risk")
	p.DescribeModel(p.t, second, "the second")
	for _, stage := range []string{"Archived", "Production", "Staging", "None"} {
		number := p.CreateVersion(p.t, p.model, "s3://models/fraud/"+stage)
		p.Transition(p.t, p.model, number, stage, false)
	}
	p.SetVersionTag(p.t, p.model, "2", "validation_status", "passed")
	for _, number := range []string{"1", "2"} {
		p.CreateVersion(p.t, second, "s3://models/second/"+number)
		p.Transition(p.t, second, number, "Production", false)
	}
	p.SetAlias(p.t, p.model, "champion", "2")
	p.SetAlias(p.t, p.model, "challenger", "3")
	p.SetAlias(p.t, second, "champion", "1")
}

// ours is a filter that finds this test's models only.
func (p *protocol) ours() string { return "name LIKE '" + p.model + "%'" }

func TestListOfRegisteredModels(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	const typ = "mlregistry_registered_model"
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}}, "M", "M-2")
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}, limit: 1}, "M")
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours(), "tags": map[string]string{"team": "risk"}}}, "M-2")
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours(), "tags": map[string]string{"team": "other"}}})
}

func TestListOfModelVersions(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	const typ = "mlregistry_model_version"
	all := []string{"M/4", "M/3 (Staging)", "M/2 (Production)", "M/1 (Archived)"}
	p.wantNames(typ, query{config: map[string]any{"model_name": p.model}}, all...)
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}}, append(all, "M-2/2 (Production)", "M-2/1 (Production)")...)
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}, limit: 5}, append(all, "M-2/2 (Production)")...)
	p.wantNames(typ, query{config: map[string]any{"model_name": p.model, "stages": []string{"staging", "Archived"}}}, "M/3 (Staging)", "M/1 (Archived)")
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours(), "stages": []string{"PRODUCTION"}}, limit: 2}, "M/2 (Production)", "M-2/2 (Production)")
	p.wantNames(typ, query{config: map[string]any{"model_name": p.model, "tags": map[string]string{"validation_status": "passed"}}}, "M/2 (Production)")
	p.wantNames(typ, query{config: map[string]any{"model_name": p.model, "filter": "version_number < 2"}}, "M/1 (Archived)")
	p.wantNames(typ, query{config: map[string]any{"model_name": "no-" + p.model}})
}

func TestListOfModelAliases(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	const typ = "mlregistry_model_alias"
	all := []string{"M/challenger (version 3)", "M/champion (version 2)", "M-2/champion (version 1)"}
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}}, all...)
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}, limit: 1}, all[0])
	p.wantNames(typ, query{config: map[string]any{"model_name": p.model + "-2"}}, all[2])
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours(), "alias": "champion"}}, all[1:]...)
}

func TestListOfStageHolders(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	const typ = "mlregistry_model_stage"
	all := []string{"M/Staging (version 3)", "M/Production (version 2)", "M-2/Production (versions 1 and 2)"}
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}}, all...)
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours()}, limit: 2}, all[:2]...)
	p.wantNames(typ, query{config: map[string]any{"filter": p.ours(), "stages": []string{"production"}}}, all[1:]...)
	p.wantNames(typ, query{config: map[string]any{"model_name": p.model, "stages": []string{"staging"}}}, all[0])
}

// What a list shows of an object is what an import of it by its identity reads, to the last attribute.
func TestListShowsWhatAnImportReads(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	for typ := range p.listBlocks {
		results := p.lists(typ, query{config: map[string]any{"filter": p.ours()}, include: true})
		if len(results) < 2 {
			t.Fatalf("%s: %d results", typ, len(results))
		}
		for _, result := range results {
			p.must(result.Diagnostics, nil)
			identity, state := p.takeOver(typ, result.Identity)
			same(t, typ+" "+result.DisplayName+": identity", p.identityType(typ), result.Identity.IdentityData, identity)
			same(t, typ+" "+result.DisplayName+": state", p.resourceType(typ), result.Resource, state)
		}
		for _, result := range p.lists(typ, query{config: map[string]any{"filter": p.ours()}}) {
			if result.Resource != nil {
				t.Errorf("%s %s: an attribute was sent that nobody asked for", typ, result.DisplayName)
			}
		}
	}
}

func same(t *testing.T, what string, typ tftypes.Type, got, want *tfprotov6.DynamicValue) {
	t.Helper()
	values := make([]tftypes.Value, 0, 2)
	for _, encoded := range []*tfprotov6.DynamicValue{got, want} {
		value, err := encoded.Unmarshal(typ)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		values = append(values, value)
	}
	if !values[0].Equal(values[1]) {
		t.Errorf("%s: %s, want %s", what, values[0], values[1])
	}
}

// A failed listing is one error, and names the attribute that is at fault.
func TestListReportsErrors(t *testing.T) {
	p := newProtocol(t)
	for typ := range p.listBlocks {
		results := p.lists(typ, query{config: map[string]any{"filter": "owner = 'me'"}})
		if len(results) != 1 || !strings.HasPrefix(errorsOf(results[0].Diagnostics), `AttributeName("filter"): Unable to list `) {
			t.Errorf("%s: %+v", typ, results)
		}
	}
	for wrong, typ := range map[string]string{"model_name": "mlregistry_model_version", "stages": "mlregistry_model_stage", "alias": "mlregistry_model_alias"} {
		config := map[string]any{"model_name": "a/b", "stages": []string{"Archived"}, "alias": "latest"}
		validated, err := p.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
			TypeName: typ, Config: encode(t, object(t, p.listBlocks[typ].ValueType(), map[string]any{wrong: config[wrong]})),
		})
		if err != nil || !strings.HasPrefix(errorsOf(validated.Diagnostics), `AttributeName("`+wrong+`")`) {
			t.Errorf("%s of %s: %v, %q", wrong, typ, err, errorsOf(validated.Diagnostics))
		}
	}
}

// What was found before the registry failed is shown, and then the error.
func TestListShowsWhatCameBeforeAnError(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	proxy := acctest.NewProxy(t, p.HTTP)
	proxy.Fault(func(request acctest.Request) bool {
		return acctest.Calls("model-versions/search")(request) && strings.Contains(request.Query, p.model+"-2")
	}, acctest.HTML, -1)
	through := p.through(proxy.URL)
	results := through.lists("mlregistry_model_stage", query{config: map[string]any{"filter": p.ours()}})
	if len(results) != 3 || errorsOf(results[1].Diagnostics) != "" || errorsOf(results[2].Diagnostics) == "" {
		t.Errorf("%+v", results)
	}
}

// A list with a limit asks the registry for no more than it shows.
func TestListStopsAtItsLimit(t *testing.T) {
	p := newProtocol(t)
	p.listable()
	proxy := acctest.NewProxy(t, p.HTTP)
	through := p.through(proxy.URL)
	through.wantNames("mlregistry_model_stage", query{config: map[string]any{"filter": p.ours()}, limit: 2}, "M/Staging (version 3)", "M/Production (version 2)")
	searches := proxy.Count(func(request acctest.Request) bool { // The workspace, if there is one, is looked for by a search as well.
		return acctest.Calls("model-versions/search")(request) && strings.Contains(request.Query, p.model)
	})
	if searches != 1 {
		t.Errorf("%d models were searched for versions, want 1", searches)
	}
}

// With a provider block whose values are not known yet, a list says so.
func TestListWithoutARegistry(t *testing.T) {
	p := newProtocol(t)
	p.connect(tftypes.UnknownValue)
	for typ := range p.listBlocks {
		results := p.lists(typ, query{})
		if len(results) != 1 || !strings.Contains(errorsOf(results[0].Diagnostics), "The provider's configuration is not known yet") {
			t.Errorf("%s: %+v", typ, results)
		}
	}
}

// What would ask for less than it seems to, and so find more, is refused: a tag or a stage whose value is null, empty lists and filters.
func TestListRefusesWhatAsksForNothing(t *testing.T) {
	p := newProtocol(t)
	null := tftypes.NewValue(tftypes.String, nil)
	for name, wrong := range map[string]struct {
		typ, attribute string
		value          any
	}{
		"null tag":     {"mlregistry_registered_model", "tags", map[string]tftypes.Value{"team": null}},
		"no tags":      {"mlregistry_model_version", "tags", map[string]string{}},
		"null stage":   {"mlregistry_model_version", "stages", []tftypes.Value{null}},
		"no stages":    {"mlregistry_model_stage", "stages", []string{}},
		"stage":        {"mlregistry_model_version", "stages", []string{"Serving"}},
		"pointer":      {"mlregistry_model_stage", "stages", []string{"Archived"}},
		"empty filter": {"mlregistry_model_alias", "filter", ""},
	} {
		t.Run(name, func(t *testing.T) {
			config := encode(t, object(t, p.listBlocks[wrong.typ].ValueType(), map[string]any{wrong.attribute: wrong.value}))
			checked, err := p.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: wrong.typ, Config: config})
			if err != nil {
				t.Fatal(err)
			}
			if problems := errorsOf(checked.Diagnostics); !strings.Contains(problems, wrong.attribute) {
				t.Errorf("%s: %q", wrong.attribute, problems)
			}
		})
	}
}
