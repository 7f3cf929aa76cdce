package embedded

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var createModelFields = []field{requiredText("name"), tagList("tags"), text("description")}

// createModel answers POST registered-models/create.
func createModel(t *transaction, request *message) (any, error) {
	name := request.text("name")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	for _, given := range request.tags {
		if err := validateTag(given); err != nil {
			return nil, err
		}
	}
	tags := request.uniqueTags()
	existing, err := t.model(name)
	switch {
	case err == nil:
		return nil, nameTaken(name, hasPromptTag(existing.Tags), hasPromptTag(tags))
	case !isNotFound(err):
		return nil, err
	}
	if err := errors.Join(checkWidth("the name", name, registry.MaxModelNameLength), checkDescription(request.text("description"))); err != nil {
		return nil, err
	}
	if err := t.exec("INSERT INTO registered_models (name, creation_time, last_updated_time, description) VALUES (?, ?, ?, ?)",
		name, t.now, t.now, request.text("description")); err != nil {
		return nil, err
	}
	for _, given := range tags {
		if err := t.setModelTag(name, given); err != nil {
			return nil, err
		}
	}
	return t.modelAnswer(name)
}

// nameTaken says that a model or a prompt of that name is there already.
func nameTaken(name string, existingIsPrompt, newIsPrompt bool) error {
	kinds := map[bool]string{true: "prompt", false: "registered model"}
	if existingIsPrompt != newIsPrompt {
		return apiErrorf(codeAlreadyExists, "Tried to create a %s with name %s, but the name is already taken by a %s. "+
			"MLflow does not allow creating a model and a prompt with the same name.",
			kinds[newIsPrompt], pythonRepr(name), kinds[existingIsPrompt])
	}
	titles := map[bool]string{true: "Prompt", false: "Registered Model"}
	return apiErrorf(codeAlreadyExists, "%s (name=%s) already exists.", titles[newIsPrompt], name)
}

// getModel answers GET registered-models/get.
func getModel(t *transaction, request *message) (any, error) {
	return t.modelAnswer(request.text("name"))
}

// updateModel answers PATCH registered-models/update. A description that is not given is emptied.
func updateModel(t *transaction, request *message) (any, error) {
	name := request.text("name")
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	if err := checkDescription(request.text("description")); err != nil {
		return nil, err
	}
	if err := t.exec("UPDATE registered_models SET description = ?, last_updated_time = ? WHERE name = ?",
		request.text("description"), t.now, name); err != nil {
		return nil, err
	}
	return t.modelAnswer(name)
}

// renameModel answers POST registered-models/rename. Every version counts as updated.
func renameModel(t *transaction, request *message) (any, error) {
	name, newName := request.text("name"), request.text("new_name")
	if err := validateNewModelName(newName); err != nil {
		return nil, err
	}
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	if err := checkWidth("the new name", newName, registry.MaxModelNameLength); err != nil {
		return nil, err
	}
	err := t.exec("UPDATE registered_models SET name = ?, last_updated_time = ? WHERE name = ?", newName, t.now, name)
	if isConstraint(err) {
		return nil, apiErrorf(codeAlreadyExists, "Registered Model (name=%s) already exists.", newName)
	}
	if err == nil {
		err = t.exec("UPDATE model_versions SET last_updated_time = ? WHERE name = ?", t.now, newName)
	}
	if err != nil {
		return nil, err
	}
	return t.modelAnswer(newName)
}

// deleteModel answers DELETE registered-models/delete. Its versions, tags and aliases go with it.
func deleteModel(t *transaction, request *message) (any, error) {
	name := request.text("name")
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.exec("DELETE FROM registered_models WHERE name = ?", name)
}

func (t *transaction) modelAnswer(name string) (any, error) {
	model, err := t.model(name)
	if err != nil {
		return nil, err
	}
	return modelAnswer{Model: model}, nil
}

// requireModel fails unless there is a model of that name.
func (t *transaction) requireModel(name string) error {
	if err := validateModelName(name); err != nil {
		return err
	}
	var found int
	err := t.queryRow("SELECT 1 FROM registered_models WHERE name = ?", name).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return modelNotFound(name)
	}
	return err
}

func modelNotFound(name string) error {
	return apiErrorf(codeDoesNotExist, "Registered Model with name=%s not found", name)
}

func isNotFound(err error) bool {
	var api *apiError
	return errors.As(err, &api) && api.code == codeDoesNotExist
}

// modelColumns select a registered model with its tags and aliases, as scanModel reads them. MLflow lists
// tags as they were first set, and aliases by name.
const modelColumns = `registered_models.name, creation_time, last_updated_time, description,
	(SELECT json_group_array(json_array(key, value)) FROM (SELECT key, value FROM registered_model_tags
		WHERE registered_model_tags.name = registered_models.name ORDER BY rowid)),
	(SELECT json_group_array(json_array(alias, CAST(version AS TEXT))) FROM (SELECT alias, version
		FROM registered_model_aliases WHERE registered_model_aliases.name = registered_models.name ORDER BY alias))`

// scanner is one row of a result.
type scanner interface{ Scan(into ...any) error }

func scanModel(row scanner) (modelMessage, error) {
	var model modelMessage
	var updated sql.NullInt64
	var description sql.NullString
	var tags, aliases string
	if err := row.Scan(&model.Name, &model.CreationTime, &updated, &description, &tags, &aliases); err != nil {
		return model, err
	}
	model.LastUpdatedTime, model.Description = updated.Int64, description.String
	var err error
	if model.Tags, err = scanTags(tags); err != nil {
		return model, err
	}
	pairs, err := scanPairs(aliases)
	for _, pair := range pairs {
		model.Aliases = append(model.Aliases, aliasMessage{Alias: pair[0], Version: pair[1]})
	}
	return model, err
}

// model returns a registered model with the newest version of each of its stages.
func (t *transaction) model(name string) (modelMessage, error) {
	if err := validateModelName(name); err != nil {
		return modelMessage{}, err
	}
	return t.storedModel(name)
}

func (t *transaction) storedModel(name string) (modelMessage, error) {
	model, err := scanModel(t.queryRow("SELECT "+modelColumns+" FROM registered_models WHERE name = ?", name))
	if errors.Is(err, sql.ErrNoRows) {
		return model, modelNotFound(name)
	}
	if err != nil {
		return model, err
	}
	model.LatestVersions, err = t.latestVersions(name)
	return model, err
}

// scanTags reads what json_group_array(json_array(key, value)) gives.
func scanTags(text string) ([]tag, error) {
	pairs, err := scanPairs(text)
	var tags []tag
	for _, pair := range pairs {
		tags = append(tags, tag{Key: pair[0], Value: pair[1]})
	}
	return tags, err
}

func scanPairs(text string) ([][2]string, error) {
	if text == "[]" {
		return nil, nil
	}
	if pairs, ok := plainPairs(text); ok {
		return pairs, nil
	}
	var pairs [][2]string
	return pairs, json.Unmarshal([]byte(text), &pairs)
}

// plainPairs reads pairs of texts that are written without escapes: all their quotes are around them.
func plainPairs(text string) ([][2]string, bool) {
	inner, opens := strings.CutPrefix(text, `[["`)
	inner, closes := strings.CutSuffix(inner, `"]]`)
	if !opens || !closes || strings.IndexByte(text, '\\') >= 0 {
		return nil, false
	}
	pairs := make([][2]string, 0, 1+strings.Count(inner, `"],["`))
	for pair := range strings.SplitSeq(inner, `"],["`) {
		key, value, ok := strings.Cut(pair, `","`)
		if !ok || strings.IndexByte(key, '"') >= 0 || strings.IndexByte(value, '"') >= 0 {
			return nil, false
		}
		pairs = append(pairs, [2]string{key, value})
	}
	return pairs, true
}
