package mlflow_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// limit is the greatest length of one text. store keeps a text of that kind and returns what is read back.
type limit struct {
	name  string
	most  int
	store func(t *testing.T, r registry.Registry, model, text string) (string, error)
}

var limits = []limit{
	{"model name", registry.MaxModelNameLength, func(t *testing.T, r registry.Registry, _, text string) (string, error) {
		name := rand.Text() + text
		name = string([]rune(name)[:len([]rune(text))])
		_, err := r.CreateModel(t.Context(), registry.NewModel{Name: name})
		if err == nil {
			forget(t, r, name)
			read, err := r.Model(t.Context(), name)
			return strings.Replace(read.Name, name, text, 1), err
		}
		return "", err
	}},
	{"description of a model", registry.MaxDescriptionLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		if _, err := r.DescribeModel(t.Context(), model, text); err != nil {
			return "", err
		}
		read, err := r.Model(t.Context(), model)
		return read.Description, err
	}},
	{"description of a new model", registry.MaxDescriptionLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		name := fmt.Sprint(model, "-", len(text))
		created, err := r.CreateModel(t.Context(), registry.NewModel{Name: name, Description: text})
		if err == nil {
			forget(t, r, name)
		}
		return created.Description, err
	}},
	{"tag of a model", registry.MaxModelTagValueLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		if err := r.SetModelTag(t.Context(), model, "k", text); err != nil {
			return "", err
		}
		read, err := r.Model(t.Context(), model)
		return read.Tags["k"], err
	}},
	{"source", registry.MaxSourceLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		const scheme = "s3://b/"
		source := scheme + string([]rune(text)[len(scheme):])
		created, err := r.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: source})
		return strings.Replace(created.Source, source, text, 1), err
	}},
	{"run", registry.MaxRunIDLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		created, err := r.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: "s3://b/x", RunID: text})
		return created.RunID, err
	}},
	{"run link", registry.MaxRunLinkLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		created, err := r.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: "s3://b/x", RunLink: text})
		return created.RunLink, err
	}},
	{"description of a new version", registry.MaxDescriptionLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		created, err := r.CreateVersion(t.Context(), registry.NewVersion{Model: model, Source: "s3://b/x", Description: text})
		return created.Description, err
	}},
	{"description of a version", registry.MaxDescriptionLength, func(t *testing.T, r registry.Registry, model, text string) (string, error) {
		if _, err := r.DescribeVersion(t.Context(), model, 1, text); err != nil {
			return "", err
		}
		read, err := r.Version(t.Context(), model, 1)
		return read.Description, err
	}},
}

// The lengths that the plan allows are kept, in characters of any size, and MLflow's databases refuse what the plan refuses: all
// but SQLite, which keeps it, unless MLflow itself refuses it (2.9 a model's tag). The embedded registry, on SQLite as well,
// refuses it too: a test is to fail where production would.
func TestContractLimits(t *testing.T) {
	for _, backend := range backends(t) {
		client, err := mlflow.New(backend.config)
		if err != nil {
			t.Fatal(err)
		}
		refuses := backend.name != "server" || acctest.NewRegistry(t).Has(t, acctest.TextLimits)
		for _, limit := range limits {
			t.Run(backend.name+"/"+limit.name, func(t *testing.T) {
				model := "limits-" + rand.Text()
				register(t, client, model, 1)
				for _, char := range []string{"a", "é", "😀"} {
					text := strings.Repeat(char, limit.most)
					if got, err := limit.store(t, client, model, text); err != nil || got != text {
						t.Errorf("%d times %s: %d characters are read back (%v)", limit.most, char, len([]rune(got)), err)
					}
					text += char
					switch got, err := limit.store(t, client, model, text); {
					case refuses && (!errors.Is(err, registry.ErrInvalid) || errors.Is(err, registry.ErrOutcomeUnknown)):
						t.Errorf("%d times %s: %v, want it to be refused", limit.most+1, char, err)
					case !refuses && err == nil && got != text, !refuses && err != nil && !errors.Is(err, registry.ErrInvalid):
						t.Errorf("%d times %s: SQLite keeps %d characters of it (%v)", limit.most+1, char, len([]rune(got)), err)
					}
				}
			})
		}
	}
}
