package registry_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// FuzzModelURI takes any text apart. What is read says one thing, and, written again, is read as the same.
func FuzzModelURI(f *testing.F) {
	for _, seed := range []string{
		"models:/fraud/7", "models:/fraud/production", "models:/fraud@champion", "models:/fraud/latest", "models:/m-123", "MODELS:/a/1?x=y",
		"models:///a/1", "models:/a@b@c", "models:/@", "models:/a/", "runs:/1/model", "models:/" + strings.Repeat("a/", 1000), "models:/\x00/1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		parsed, err := registry.ParseModelURI(uri)
		if err != nil {
			if !errors.Is(err, registry.ErrInvalid) {
				t.Errorf("%q: %v is no ErrInvalid", uri, err)
			}
			return
		}
		ref := ""
		said := 0
		for text, set := range map[string]bool{
			parsed.Version.String(): parsed.Version != 0, string(parsed.Stage): parsed.Stage != "", "@" + parsed.Alias: parsed.Alias != "", "latest": parsed.Latest,
		} {
			if set {
				said++
				ref = text
			}
		}
		if (parsed.ModelID != "") == (said == 1) || said > 1 || (parsed.Name != "") != (said == 1) {
			t.Errorf("%q says %+v", uri, parsed)
		}
		if parsed.ModelID != "" {
			return
		}
		written, err := registry.NewModelURI(parsed.Name, ref)
		if err != nil { // Names and aliases that MLflow could not have, though it reads them here.
			if registry.ValidateModelName(parsed.Name) == nil && (parsed.Alias == "" || registry.ValidateAlias(parsed.Alias) == nil) &&
				!strings.Contains(parsed.Name, "?") {
				t.Errorf("%q cannot be written again: %v", uri, err)
			}
			return
		}
		again, err := registry.ParseModelURI(written)
		if err != nil || again != parsed {
			t.Errorf("%q says %+v, and written again as %q says %+v (%v)", uri, parsed, written, again, err)
		}
	})
}
