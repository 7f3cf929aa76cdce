package registry_test

import (
	"errors"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestParseModelURI(t *testing.T) {
	for uri, want := range map[string]registry.ModelURI{
		"models:/fraud/7":                {Name: "fraud", Version: 7},
		"models:/fraud/Production":       {Name: "fraud", Stage: "Production"},
		"models:/fraud/staging":          {Name: "fraud", Stage: "Staging"},
		"models:/fraud/LATEST":           {Name: "fraud", Latest: true},
		"models:/fraud@champion":         {Name: "fraud", Alias: "champion"},
		"models:/a@b@champion":           {Name: "a@b", Alias: "champion"},
		"models:/a@b/3":                  {Name: "a@b", Version: 3},
		"models:/card fraud %20#1/3":     {Name: "card fraud %20#1", Version: 3},
		"models:/m-0123456789abcdef":     {ModelID: "m-0123456789abcdef"},
		"models:/fraud/7?ignored=by/all": {Name: "fraud", Version: 7},
	} {
		if got, err := registry.ParseModelURI(uri); err != nil || got != want {
			t.Errorf("ParseModelURI(%q) = %+v, %v; want %+v", uri, got, err, want)
		}
	}
	for _, uri := range []string{
		"", "models:", "models:/", "models://fraud/7", "models:/fraud/", "models:/ /7", "models:/fraud/7/8", "models:/fraud@", "models:/@champion",
		"runs:/1/model", "models:/fraud/0", "models:/fraud/Prod", "MODELS:/fraud/7",
	} {
		if got, err := registry.ParseModelURI(uri); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("ParseModelURI(%q) = %+v, %v; want ErrInvalid", uri, got, err)
		}
	}
}

func TestNewModelURI(t *testing.T) {
	for _, test := range []struct{ name, ref, want string }{
		{"fraud", "7", "models:/fraud/7"}, {"fraud", "production", "models:/fraud/Production"}, {"fraud", "Latest", "models:/fraud/latest"},
		{"fraud", "@champion", "models:/fraud@champion"}, {"card fraud @1", "2", "models:/card fraud @1/2"},
	} {
		got, err := registry.NewModelURI(test.name, test.ref)
		if err != nil || got != test.want {
			t.Errorf("NewModelURI(%q, %q) = %q, %v", test.name, test.ref, got, err)
		}
		if parsed, err := registry.ParseModelURI(got); err != nil || parsed.Name != test.name {
			t.Errorf("%q comes back as %+v, %v", got, parsed, err)
		}
	}
	for _, test := range []struct{ name, ref string }{
		{"", "7"}, {"a/b", "7"}, {"a?b", "7"}, {"fraud", ""}, {"fraud", "0"}, {"fraud", "champion"}, {"fraud", "@"}, {"fraud", "@v1"}, {"fraud", "@latest"},
	} {
		if got, err := registry.NewModelURI(test.name, test.ref); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("NewModelURI(%q, %q) = %q, %v; want ErrInvalid", test.name, test.ref, got, err)
		}
	}
}
