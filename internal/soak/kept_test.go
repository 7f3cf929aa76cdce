package soak_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

const (
	aliasType = "mlregistry_model_alias"
	tagType   = "mlregistry_registered_model_tag"
)

// module is what a module under test declares: a version is live, and the model is marked with an alias and a tag, or not.
func module(model, live string, versions []string, marked bool) configuration {
	name := reference{modelType + ".m", "name"}
	wanted := configuration{{typ: modelType, name: "m", attributes: map[string]any{"name": model, "tags": map[string]string{"live": live}}}}
	for _, each := range versions {
		attributes := map[string]any{"model_name": name, "source": "s3://models/" + each, "on_destroy": "delete"}
		if each == live {
			attributes["stage"] = "Production"
		}
		wanted = append(wanted, block{typ: versionType, name: each, attributes: attributes})
	}
	if marked {
		wanted = append(wanted,
			block{typ: aliasType, name: "a", attributes: map[string]any{"model_name": name, "alias": "champion", "version": reference{versionType + "." + live, "version"}}},
			block{typ: tagType, name: "t", attributes: map[string]any{"model_name": name, "key": "k", "value": "v"}})
	}
	return wanted
}

// One provider serves all walks of several tests, in whatever order they come: runs that only plan, runs that apply, the destroy at the end.
// What one of them has planned is no rival of what the next one plans, and keeps nothing that the next one takes away.
func TestAKeptProvider(t *testing.T) {
	impatient(t)
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			order := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // Drawn cases, not secrets.
			kept, found := start(t.Context(), settings(map[string]any{}, w.address, false), false)
			if found.failed() {
				t.Fatal(found)
			}
			tests := make([]*keptTest, 2)
			for number := range tests {
				tests[number] = &keptTest{t: t, world: w, model: fmt.Sprintf("m%d", number), order: order,
					core: core{kept: kept, provider: map[string]any{}, state: make(state)}}
			}
			for range 12 {
				tests[order.IntN(len(tests))].run()
			}
			for _, each := range tests {
				each.tearDown()
			}
		})
	}
}

// keptTest is one test of a module, with a state of its own.
type keptTest struct {
	*world

	t     *testing.T
	model string
	order *rand.Rand
	core  core
	last  configuration
}

func (k *keptTest) pace() pace {
	return pace{order: k.order, parallel: k.order.IntN(2) == 0, dead: make(chan struct{})}
}

// run makes a run of a drawn module: a plan, and mostly an apply.
func (k *keptTest) run() {
	ctx := context.Background()
	versions := []string{"one", "two", "three"}[:1+k.order.IntN(3)]
	live, marked := versions[k.order.IntN(len(versions))], k.order.IntN(3) > 0
	wanted := module(k.model, live, versions, marked)
	made := k.core.plan(ctx, k.address, wanted, k.pace())
	if made.problems.failed() {
		k.t.Fatalf("the plan of\n%s\nfails:\n%s", wanted.hcl(), made.problems)
	}
	if k.order.IntN(3) == 0 {
		return
	}
	k.last = wanted
	if found := k.core.apply(ctx, k.address, made, k.pace()); found.failed() {
		k.t.Fatalf("the apply of\n%s\nfails:\n%s", wanted.hcl(), found)
	}
	model, err := k.outside.Model(ctx, k.model)
	if err != nil {
		k.t.Fatal(err)
	}
	tags := map[string]string{"live": live}
	if marked {
		tags["k"] = "v"
	}
	if len(model.Aliases) > 0 != marked || !maps.Equal(model.Tags, tags) {
		k.t.Errorf("aliases %v and tags %v after\n%s", model.Aliases, model.Tags, wanted.hcl())
	}
	found := k.versions(k.model)
	if holders := registry.Holders(found, registry.StageProduction); len(holders) != 1 || len(found) != len(versions) {
		k.t.Errorf("%d versions, %v in Production after\n%s", len(found), holders, wanted.hcl())
	}
}

// tearDown destroys as terraform test does: a plan of the last configuration, the plan of the destroy, and the destroy, by one provider.
func (k *keptTest) tearDown() {
	ctx := context.Background()
	made := k.core.destroy(ctx, k.address, k.last, k.pace())
	if made.problems.failed() {
		k.t.Fatalf("the destroy is not planned:\n%s", made.problems)
	}
	if found := k.core.apply(ctx, k.address, made, k.pace()); found.failed() {
		k.t.Fatalf("the destroy fails:\n%s", found)
	}
	if left := slices.Collect(maps.Keys(k.core.state)); len(left) > 0 {
		k.t.Errorf("the state still has %v", left)
	}
	if _, err := k.outside.Model(ctx, k.model); err == nil {
		k.t.Error("the model is left behind")
	}
}
