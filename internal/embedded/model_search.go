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
func searchModels(request *message) (finder, error) {
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
	var where whereClause
	if err := where.addModels(conditions); err != nil {
		return nil, err
	}
	return modelQuery{page: searchPage{size: size, offset: offset}, where: where, order: order}.find, nil
}

// modelQuery is a search for models.
type modelQuery struct {
	page  searchPage
	where whereClause
	order string
}

// find writes the page, one model after the other.
func (q modelQuery) find(t *transaction, answer *longAnswer) error {
	names, err := all(t, func(row scanner) (name string, err error) { return name, row.Scan(&name) },
		"SELECT registered_models.name FROM registered_models WHERE "+q.where.sql()+" ORDER BY "+q.order+
			" LIMIT ? OFFSET ?", append(slices.Clone(q.where.arguments), q.page.limit(), q.page.offset)...)
	if err != nil {
		return err
	}
	names, token := cut(q.page, names)
	for _, name := range names {
		model, err := t.storedModel(name)
		if err != nil {
			return err
		}
		slices.SortFunc(model.LatestVersions, func(a, b versionMessage) int { return strings.Compare(a.Stage, b.Stage) })
		if err := answer.element(model); err != nil {
			return err
		}
	}
	answer.end(token)
	return nil
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
