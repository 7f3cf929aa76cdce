package registry

import (
	"fmt"
	"regexp"
	"strings"
)

// ModelURI is a models:/ address. It names a model, and in it a version, a stage (its newest version), an alias, or the
// newest version of all; or, since MLflow 3, a logged model.
type ModelURI struct {
	// Name is the registered model; empty for a logged model.
	Name string
	// Version is set in models:/NAME/7.
	Version Number
	// Stage is set in models:/NAME/Production.
	Stage Stage
	// Alias is set in models:/NAME@champion.
	Alias string
	// Latest is set in models:/NAME/latest.
	Latest bool
	// ModelID is set in models:/ID.
	ModelID string
}

// ModelURIScheme begins every models:/ address.
const ModelURIScheme = modelScheme + "/"

const (
	modelScheme  = "models:"
	latestSuffix = "latest"
)

var digits = regexp.MustCompile(`^[0-9]+$`)

// ParseModelURI takes a models:/ address apart as MLflow 3.17.2 does (store/artifact/utils/models.py). It escapes nothing:
// names stand in such addresses as they are. It refuses what MLflow takes here and can load nowhere: a version that is no number
// from 1 on as MLflow writes it, a stage that does not exist, an empty name, and a host, which MLflow leaves out, so that
// models://fraud/7 is a logged model called 7. The error wraps ErrInvalid.
func ParseModelURI(uri string) (ModelURI, error) {
	improper := fmt.Errorf("%w: %q is not a models:/ URI: use models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest, "+
		"models:/NAME@ALIAS or models:/MODEL_ID", ErrInvalid, uri)
	scheme, rest, _ := strings.Cut(uri, "/")
	if !strings.EqualFold(scheme, modelScheme) || hasHost(rest) {
		return ModelURI{}, improper
	}
	path, _, _ := strings.Cut(rest, "?") // MLflow takes what follows for a query, and leaves it out.
	parts := strings.SplitN(strings.TrimLeft(path, "/"), "/", 3)
	if len(parts) > 2 || strings.TrimSpace(parts[0]) == "" {
		return ModelURI{}, improper
	}
	if len(parts) == 2 {
		parsed, err := parseSuffix(parts[0], parts[1])
		if strings.TrimSpace(parts[1]) == "" {
			err = improper
		}
		return parsed, err
	}
	at := strings.LastIndex(parts[0], "@")
	if at < 0 {
		return ModelURI{ModelID: parts[0]}, nil
	}
	if strings.TrimSpace(parts[0][at+1:]) == "" || strings.TrimSpace(parts[0][:at]) == "" {
		return ModelURI{}, improper
	}
	return ModelURI{Name: parts[0][:at], Alias: parts[0][at+1:]}, nil
}

// hasHost reports whether the rest of an address, after its first slash, begins with a second one and a host.
func hasHost(rest string) bool {
	return strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//")
}

func parseSuffix(name, suffix string) (ModelURI, error) {
	switch {
	case digits.MatchString(suffix):
		number, err := ParseNumber(suffix)
		return ModelURI{Name: name, Version: number}, err
	case strings.EqualFold(suffix, latestSuffix):
		return ModelURI{Name: name, Latest: true}, nil
	}
	stage, err := ParseStage(suffix)
	return ModelURI{Name: name, Stage: stage}, err
}

// NewModelURI returns the address of a version of a model. ref is a version number, a stage in any letter case, "latest",
// or an alias with an @ before it. The error wraps ErrInvalid; names with a question mark have no such address.
func NewModelURI(name, ref string) (string, error) {
	if err := ValidateModelName(name); err != nil {
		return "", err
	}
	if strings.Contains(name, "?") {
		return "", fmt.Errorf("%w: MLflow cannot write the model name %q in a models:/ URI: it takes what follows the question mark for a query",
			ErrInvalid, name)
	}
	if alias, ok := strings.CutPrefix(ref, "@"); ok {
		if err := ValidateAlias(alias); err != nil {
			return "", err
		}
		return modelScheme + "/" + name + "@" + alias, nil
	}
	suffix := ref
	switch stage, err := ParseStage(ref); {
	case err == nil:
		suffix = string(stage)
	case strings.EqualFold(ref, latestSuffix):
		suffix = latestSuffix
	default:
		if _, err := ParseNumber(ref); err != nil {
			return "", fmt.Errorf("%w: %q is neither a version number, nor a stage, nor \"latest\", nor an alias with an @ before it, such as "+
				"\"@champion\"", ErrInvalid, ref)
		}
	}
	return modelScheme + "/" + name + "/" + suffix, nil
}
