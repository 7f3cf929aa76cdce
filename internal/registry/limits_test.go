package registry_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestValidateLengthCountsCharacters(t *testing.T) {
	for _, char := range []string{"a", "é", "日", "😀"} {
		if err := registry.ValidateLength("the run ID", strings.Repeat(char, 32), registry.MaxRunIDLength); err != nil {
			t.Errorf("32 times %s: %v", char, err)
		}
		err := registry.ValidateLength("the run ID", strings.Repeat(char, 33), registry.MaxRunIDLength)
		if !errors.Is(err, registry.ErrInvalid) || !strings.Contains(err.Error(), "the run ID has 33 characters, and MLflow keeps at most 32") {
			t.Errorf("33 times %s: %v", char, err)
		}
	}
}

// A name, a key or an alias read from a file ends in the file's line break. MLflow 3.18 refuses the keys and aliases, and keeps the
// name with it.
func TestNothingIsNamedWithALineBreakAtItsEnd(t *testing.T) {
	checks := map[string]func(string) error{
		"model name": registry.ValidateModelName, "tag key": registry.ValidateTagKey, "alias": registry.ValidateAlias,
	}
	for what, check := range checks {
		for _, end := range []string{"\n", "\r\n", "\r", "\n\n"} {
			if err := check("fraud" + end); !errors.Is(err, registry.ErrInvalid) || !strings.Contains(err.Error(), "ends in a line break") {
				t.Errorf("%s that ends in %q: %v", what, end, err)
			}
		}
		if err := check("fraud"); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := registry.ValidateModelName("card\nfraud"); err != nil {
		t.Errorf("a line break inside a model name: %v", err)
	}
}
