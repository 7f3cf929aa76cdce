package handover

import (
	"context"
	"fmt"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// sameOrigin compares what never changes of a version. A run that was not given may have been filled in by the server, which
// takes it over from a models:/ source. The wanted source must be resolved.
func sameOrigin(version registry.Version, wanted registry.NewVersion) bool {
	return version.Source == wanted.Source && version.RunLink == wanted.RunLink &&
		(version.RunID == wanted.RunID || wanted.RunID == "")
}

// resolved returns a new version whose source, where it names an alias, a stage or the latest version of a model, names that
// version by its number, as MLflow writes it once it is registered. A source that cannot be resolved stays as it is.
func resolved(ctx context.Context, reader registry.Reader, wanted registry.NewVersion) registry.NewVersion {
	if !strings.HasPrefix(wanted.Source, registry.ModelURIScheme) {
		return wanted
	}
	address, err := registry.ParseModelURI(wanted.Source)
	if err != nil || address.Name == "" || address.Version != 0 {
		return wanted
	}
	var number registry.Number
	switch {
	case address.Alias != "":
		model, err := reader.Model(ctx, address.Name)
		if err != nil {
			return wanted
		}
		number = model.Aliases[address.Alias]
	default:
		versions, err := reader.Versions(ctx, address.Name)
		if err != nil {
			return wanted
		}
		for _, version := range versions { // In ascending order: MLflow takes the newest.
			if address.Latest || version.Stage == address.Stage {
				number = version.Number
			}
		}
	}
	if number != 0 {
		wanted.Source = fmt.Sprintf("%s%s/%s", registry.ModelURIScheme, address.Name, number)
	}
	return wanted
}
