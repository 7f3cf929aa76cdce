package embedded

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

var createVersionFields = []field{
	requiredText("name"), requiredText("source"), text("run_id"), tagList("tags"), text("run_link"),
	text("description"), text("model_id"),
}

// createVersion answers POST model-versions/create. The number is one more than the greatest ever given.
func createVersion(t *transaction, request *message) (any, error) {
	origin, err := t.checkOrigin(request)
	if err != nil {
		return nil, err
	}
	name := request.text("name")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	for _, given := range request.tags {
		if err := validateVersionTag(given); err != nil {
			return nil, err
		}
	}
	location, err := t.storageLocation(origin.source)
	if err != nil {
		return nil, err
	}
	if origin.modelID != "" {
		return nil, loggedModelNotFound(origin.modelID)
	}
	if err := t.touchModel(name); err != nil {
		return nil, err
	}
	for _, column := range []struct {
		what, text string
		most       int
	}{
		{"the source", origin.source, registry.MaxSourceLength}, {"the run ID", request.text("run_id"), registry.MaxRunIDLength},
		{"the run link", request.text("run_link"), registry.MaxRunLinkLength},
		{"the description", request.text("description"), registry.MaxDescriptionLength},
	} {
		if err := checkWidth(column.what, column.text, column.most); err != nil {
			return nil, err
		}
	}
	var number int64
	if err := t.queryRow("INSERT INTO model_versions (name, version, creation_time, last_updated_time, description, source, "+
		"storage_location, run_id, run_link) "+
		"SELECT ?1, coalesce(max(version), 0) + 1, ?2, ?2, ?3, ?4, ?5, ?6, ?7 FROM model_versions WHERE name = ?1 "+
		"RETURNING version", name, t.now, request.text("description"), origin.source, location, origin.runID,
		request.text("run_link")).Scan(&number); err != nil {
		return nil, err
	}
	for _, given := range request.uniqueTags() {
		if err := t.setVersionTag(name, number, given); err != nil {
			return nil, err
		}
	}
	return t.versionAnswer(name, number)
}

// loggedModelNotFound says that there is no such logged model: this registry has no tracking store.
func loggedModelNotFound(id string) error {
	return apiErrorf(codeDoesNotExist, "Logged model with ID '%s' not found.", id)
}
