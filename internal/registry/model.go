package registry

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// Model is a registered model: a name under which versions are kept.
type Model struct {
	// Name identifies the model within its registry (and workspace). It holds no slash and no colon.
	Name string
	// Description is free text; empty when the registry has none.
	Description string
	// Tags are all tags of the model, other people's and MLflow's own (mlflow.*) included.
	Tags map[string]string
	// Aliases maps each alias of the model to the version it points at.
	Aliases map[string]Number
	// LatestVersion is the greatest number among the versions that the registry names as the latest of a stage
	// (latest_versions); 0 when it names none. Numbers are never reused, so the model has at most that many versions.
	LatestVersion Number
	// Latest are those versions, one of each stage that has any, with their status.
	Latest map[Number]Status
	// CreatedAt is when the model was registered, to the millisecond.
	CreatedAt time.Time
	// UpdatedAt is when the model or a version of it was last changed, to the millisecond.
	UpdatedAt time.Time
}

// NewModel is what a caller gives to register a model.
type NewModel struct {
	// Name is the model's name; see ValidateModelName.
	Name string
	// Description is free text; empty means none.
	Description string
	// Tags are the tags that the model begins with; nil means none. See ValidateTagKey and ValidateTagValue.
	Tags map[string]string
}

// ValidateModelName says whether MLflow would accept name (its _validate_model_name), so that a bad one fails before any
// request. It also refuses a name that ends in a line break, which MLflow keeps. The error wraps ErrInvalid.
func ValidateModelName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return fmt.Errorf("%w: a model name must not be empty", ErrInvalid)
	case strings.ContainsAny(name, "/:"):
		return fmt.Errorf("%w: the model name %q holds '/' or ':', which MLflow does not allow in names", ErrInvalid, name)
	case endsInLineBreak(name):
		return fmt.Errorf("%w: the model name %q ends in a line break, as a text from a file does: use chomp() or trimspace()", ErrInvalid, name)
	case path.Clean(name) != name || name == "." || strings.HasPrefix(name, ".."):
		return fmt.Errorf("%w: the model name %q would mean something else as a file name, which MLflow does not allow",
			ErrInvalid, name)
	case len([]rune(name)) > MaxModelNameLength:
		return fmt.Errorf("%w: the model name has %d characters, and MLflow keeps at most %d", ErrInvalid,
			len([]rune(name)), MaxModelNameLength)
	}
	return ValidateText(name)
}

// MaxModelNameLength is the width in characters of MLflow's column registered_models.name.
const MaxModelNameLength = 256
