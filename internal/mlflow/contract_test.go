package mlflow_test

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// backend is one registry that the contract is run against.
type backend struct {
	name   string
	config mlflow.Config
}

// behaviour is one promise of registry.Registry. It is given a model name that nobody else uses.
type behaviour struct {
	name  string
	check func(t *testing.T, r registry.Registry, model string)
}

// needs lists, by name, the behaviours that old servers do not have.
var needs = map[string][]acctest.Feature{
	"any name is found, and only that":                         {acctest.ExactNames},
	"model names differ by letter case":                        {acctest.ExactNames},
	"a model name holds neither / nor :":                       {acctest.StrictModelNames},
	"models and versions are found by tags of any text":        {acctest.TagColons},
	"prompts are left out, also when the filter asks for them": {acctest.Prompts},
	"several models are found in one search":                   {acctest.NameLists},
}

// TestContract checks every behaviour through the client against every backend: what holds for MLflow holds
// for the embedded registry. MLREGISTRY_TEST_URI adds a real server. Where that reads from a replica, it is the server beside it:
// this test is about what each request does, not about when it is shown.
func TestContract(t *testing.T) {
	behaviours := [][]behaviour{modelBehaviours, versionBehaviours, searchBehaviours, listingBehaviours, severalBehaviours, stageBehaviours}
	for _, backend := range backends(t) {
		client, err := mlflow.New(backend.config)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range behaviours {
			for _, behaviour := range group {
				t.Run(backend.name+"/"+behaviour.name, func(t *testing.T) {
					if backend.name == "server" {
						acctest.NewRegistry(t).Needs(t, needs[behaviour.name]...)
					}
					behaviour.check(t, client, "contract-"+rand.Text())
				})
			}
		}
	}
}

func backends(t *testing.T) []backend {
	t.Helper()
	local, err := embedded.Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	list := []backend{{name: "embedded", config: mlflow.Config{
		BaseURL: "http://embedded", Transport: embedded.Transport(local),
	}}}
	if uri := cmp.Or(os.Getenv(acctest.FreshVariable), os.Getenv(acctest.URIVariable)); uri != "" {
		list = append(list, backend{name: "server", config: mlflow.Config{
			BaseURL:  uri,
			Username: os.Getenv("MLFLOW_TRACKING_USERNAME"), Password: os.Getenv("MLFLOW_TRACKING_PASSWORD"),
			Token: os.Getenv("MLFLOW_TRACKING_TOKEN"), Workspace: os.Getenv("MLFLOW_WORKSPACE"),
		}})
	}
	return list
}

// register makes a model with count versions, and has it deleted at the end.
func register(t *testing.T, r registry.Registry, model string, count int) []registry.Version {
	t.Helper()
	if _, err := r.CreateModel(t.Context(), registry.NewModel{Name: model}); err != nil {
		t.Fatal(err)
	}
	forget(t, r, model)
	versions := make([]registry.Version, count)
	for i := range versions {
		versions[i] = create(t, r, registry.NewVersion{Model: model, Source: fmt.Sprintf("s3://bucket/%d", i+1)})
	}
	return versions
}

func create(t *testing.T, r registry.Registry, version registry.NewVersion) registry.Version {
	t.Helper()
	created, err := r.CreateVersion(t.Context(), version)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// forget deletes a model at the end of the test.
func forget(t *testing.T, r registry.Registry, model string) {
	t.Helper()
	t.Cleanup(func() {
		// Not t.Context(), which has ended by now.
		_ = r.DeleteModel(cleanupContext(), model)
	})
}
