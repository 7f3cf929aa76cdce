package embedded

import (
	"slices"
	"strings"
)

const (
	// defaultModelResults is how many models a search returns when max_results is not given.
	defaultModelResults = 100
	// maxModelResults is the most that may be asked for at once.
	maxModelResults = 1000
)

var modelGrammar = filterGrammar{attributes: []string{"name"}, lists: []string{"name"}, searched: "registered model"}

// searchModels answers GET registered-models/search: by name unless order_by says otherwise, prompts left
// out unless the filter asks for them.
func searchModels(t *transaction, request *message) (any, error) {
	size, ok := request.integers["max_results"]
	if !ok {
		size = defaultModelResults
	}
	conditions, err := modelGrammar.parse(request.text("filter"))
	if err != nil {
		return nil, err
	}
	order, err := orderClauses(request.lists["order_by"], modelSortColumn, sortKey{"registered_models.name", true})
	if err != nil {
		return nil, err
	}
	offset, err := parsePageToken(request.text("page_token"))
	if err != nil {
		return nil, err
	}
	page := searchPage{size: size, offset: offset}
	var where whereClause
	if err := where.addModels(conditions); err != nil {
		return nil, err
	}
	models, err := t.models("SELECT "+modelColumns+" FROM registered_models WHERE "+where.sql()+" ORDER BY "+order+
		" LIMIT ? OFFSET ?", append(where.arguments, page.limit(), page.offset)...)
	if err != nil {
		return nil, err
	}
	models, next := cut(page, models)
	for i := range models {
		if models[i].LatestVersions, err = t.latestVersions(models[i].Name); err != nil {
			return nil, err
		}
		slices.SortFunc(models[i].LatestVersions, func(a, b versionMessage) int { return strings.Compare(a.Stage, b.Stage) })
	}
	return modelsAnswer{Models: models, NextPageToken: next}, nil
}

func modelSortColumn(key string) (string, error) {
	switch key {
	case "name":
		return "registered_models.name", nil
	case "timestamp", "last_updated_timestamp":
		return "last_updated_time", nil
	}
	return "", invalidf("Invalid order by key '%s' specified. Valid keys are '{'name', 'timestamp'}'", key)
}

func (w *whereClause) addModels(conditions []condition) error {
	for _, c := range conditions {
		if c.tag {
			if err := checkTagComparator(c); err != nil {
				return err
			}
			continue
		}
		if err := checkTextComparator(c); err != nil {
			return err
		}
		if err := w.compare("registered_models.name", c.comparator, c.value); err != nil {
			return err
		}
	}
	return w.addTags(conditions, "registered_model_tags", "registered_models.name",
		"registered_model_tags.name = registered_models.name")
}

// models runs a query that selects modelColumns.
func (t *transaction) models(query string, arguments ...any) ([]modelMessage, error) {
	return all(t, scanModel, query, arguments...)
}
