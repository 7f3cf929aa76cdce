package registry_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestValidateTagKey(t *testing.T) {
	for _, good := range []string{"a", "cost centre", "émoji", "7", "team:risk", "a/b/c", "a..b", ".hidden", "mlflow.note", strings.Repeat("é", 250)} {
		if err := registry.ValidateTagKey(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, why := range map[string]string{
		"": "empty", "a@b": "letters, digits", "a\nb": "letters, digits", "a=b": "letters, digits", "✓": "letters, digits", "a//b": "file name",
		"./a": "file name", "a/": "file name", "/a": "file name", "..": "file name", "../a": "file name", "..a": "file name", ".": "file name",
		strings.Repeat("é", 251): "251 characters",
	} {
		if err := registry.ValidateTagKey(bad); !errors.Is(err, registry.ErrInvalid) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %v, want it to be invalid and to say %q", bad, err, why)
		}
	}
}

func TestValidateTagValue(t *testing.T) {
	for _, good := range []string{"", "✓ \n", strings.Repeat("é", 100_000)} {
		if err := registry.ValidateTagValue(good); err != nil {
			t.Errorf("%d characters: %v", len([]rune(good)), err)
		}
	}
	if err := registry.ValidateTagValue(strings.Repeat("é", 100_001)); !errors.Is(err, registry.ErrInvalid) {
		t.Errorf("too long a value: %v", err)
	}
	for _, text := range []string{"\x00", "a\x00", "é\x00b"} {
		if err := registry.ValidateTagValue(text); !errors.Is(err, registry.ErrInvalid) || !strings.Contains(err.Error(), "NUL") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
