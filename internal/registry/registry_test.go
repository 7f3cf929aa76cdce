package registry_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

func TestParseStageTakesAnyLetterCase(t *testing.T) {
	for text, want := range map[string]registry.Stage{
		"None": "None", "none": "None", "STAGING": "Staging", "production": "Production", "aRCHIVED": "Archived",
	} {
		got, err := registry.ParseStage(text)
		if err != nil || got != want {
			t.Errorf("ParseStage(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Prod", "Deleted_Internal", " Production", "Productıon"} {
		if got, err := registry.ParseStage(text); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("ParseStage(%q) = %q, %v; want ErrInvalid", text, got, err)
		}
	}
}

func TestParseNumberTakesOnlyWhatTheRegistryWrites(t *testing.T) {
	for text, want := range map[string]registry.Number{"1": 1, "42": 42, "2147483647": registry.MaxNumber} {
		got, err := registry.ParseNumber(text)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseNumber(%q) = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "abc", "1.0", "07", "+7", " 7", "2147483648", "99999999999999999999"} {
		if got, err := registry.ParseNumber(text); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("ParseNumber(%q) = %d, %v; want ErrInvalid", text, got, err)
		}
	}
}

func TestValidateModelName(t *testing.T) {
	for _, name := range []string{"fraud", "card fraud", `it's "quoted" 100%`, "modèle-日本", "a.b", strings.Repeat("é", 256)} {
		if err := registry.ValidateModelName(name); err != nil {
			t.Errorf("ValidateModelName(%q): %v", name, err)
		}
	}
	for _, name := range []string{"", "  ", "a/b", "a:b", ".", "..", "..a", "../a", strings.Repeat("x", 257), "a\x00b"} {
		if err := registry.ValidateModelName(name); !errors.Is(err, registry.ErrInvalid) {
			t.Errorf("ValidateModelName(%q) = %v; want ErrInvalid", name, err)
		}
	}
}

func TestErrorReportsKindAndUnknownOutcome(t *testing.T) {
	err := error(&registry.Error{Kind: registry.ErrInternal, Status: 500, Operation: "POST model-versions/create", Message: "boom", Unknown: true})
	if !errors.Is(err, registry.ErrInternal) || !errors.Is(err, registry.ErrOutcomeUnknown) || errors.Is(err, registry.ErrNotFound) {
		t.Errorf("errors.Is is wrong for %v", err)
	}
	if got, want := err.Error(), "POST model-versions/create answered 500: boom"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestHoldersListsEveryHolderInOrder(t *testing.T) {
	versions := []registry.Version{{Number: 10, Stage: "Production"}, {Number: 9, Stage: "Staging"}, {Number: 2, Stage: "Production"}}
	got := registry.Holders(versions, registry.StageProduction)
	if len(got) != 2 || got[0] != 2 || got[1] != 10 {
		t.Errorf("Holders = %v, want [2 10]", got)
	}
}
