package registry

import (
	"context"
	"iter"
)

// Search says which models or versions to list. All that is set must hold.
type Search struct {
	// Model is the exact name of a registered model; empty for any.
	Model string
	// Models are exact names of registered models; empty for any. They hold neither quotes nor back-slashes, which a list of
	// MLflow's filters cannot hold. MLflow 2.x and older refuse a list (ErrInvalid).
	Models []string
	// Prefix is what the names of registered models start with; empty for any.
	Prefix string
	// Tags must all be there with exactly these values.
	Tags map[string]string
	// Filter holds more conditions in the registry's own grammar, such as run_id = '7' AND tags.team LIKE 'ml-%'. For
	// MLflow's see https://mlflow.org/docs/latest/ml/search: comparisons joined by AND, without OR and parentheses.
	Filter string
	// OrderBy lists sort keys, such as "name ASC" or "last_updated_timestamp DESC". Empty means models by name, and versions by
	// model and then the greatest number first.
	OrderBy []string
	// PageSize is how many to ask for in one request; 0 is the most that the server gives. A caller that stops early makes it
	// small.
	PageSize int
}

// Searcher lists what a registry holds. It asks for the next page only when the loop comes to it, and yields an error, last,
// when the registry refuses the filter (ErrInvalid) or fails. Prompts are left out. Pages are read one after the other: what
// somebody adds or removes meanwhile may be missing, and nothing comes twice.
type Searcher interface {
	// SearchModels lists registered models, with tags and aliases.
	SearchModels(ctx context.Context, search Search) iter.Seq2[Model, error]
	// SearchVersions lists versions, of one model or of all.
	SearchVersions(ctx context.Context, search Search) iter.Seq2[Version, error]
}
