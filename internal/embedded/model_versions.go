package embedded

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
)

// stageDeleted is the stage in which MLflow keeps a deleted version.
const stageDeleted = "Deleted_Internal"

// getVersion answers GET model-versions/get.
func getVersion(t *transaction, request *message) (any, error) {
	name, number, err := namedVersion(request)
	if err != nil {
		return nil, err
	}
	return t.versionAnswer(name, number)
}

// getDownloadURI answers GET model-versions/get-download-uri: the source, or what a models:/ source led to
// when the version was created.
func getDownloadURI(t *transaction, request *message) (any, error) {
	name, number, err := namedVersion(request)
	if err != nil {
		return nil, err
	}
	version, err := t.version(name, number)
	if err != nil {
		return nil, err
	}
	return struct {
		URI *string `json:"artifact_uri,omitempty"`
	}{version.location()}, nil
}

// updateVersion answers PATCH model-versions/update. A description that is not given is removed.
func updateVersion(t *transaction, request *message) (any, error) {
	name, number, err := namedVersion(request)
	if err != nil {
		return nil, err
	}
	if err := t.requireVersion(name, number); err != nil {
		return nil, err
	}
	if err := checkDescription(request.text("description")); err != nil {
		return nil, err
	}
	if err := t.exec("UPDATE model_versions SET description = ?, last_updated_time = ? WHERE name = ? AND version = ?",
		request.optional("description"), t.now, name, number); err != nil {
		return nil, err
	}
	return t.versionAnswer(name, number)
}

// deleteVersion answers DELETE model-versions/delete, in every stage. The number and the tags are kept, the
// aliases are not, and the rest is wiped as MLflow wipes it.
func deleteVersion(t *transaction, request *message) (any, error) {
	number, err := parseVersion(request.text("version"))
	if err != nil && !isInternal(err) {
		return nil, err
	}
	name := request.text("name")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if err := t.requireVersion(name, number); err != nil {
		return nil, err
	}
	if err := t.touchModel(name); err != nil {
		return nil, err
	}
	if err := t.exec("DELETE FROM registered_model_aliases WHERE name = ? AND version = ?", name, number); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.exec("UPDATE model_versions SET current_stage = ?, last_updated_time = ?, description = NULL, "+
		"user_id = NULL, source = 'REDACTED-SOURCE-PATH', run_id = 'REDACTED-RUN-ID', run_link = 'REDACTED-RUN-LINK', "+
		"status_message = NULL WHERE name = ? AND version = ?", stageDeleted, t.now, name, number)
}

// namedVersion returns the model and the number that a request names.
func namedVersion(request *message) (string, int64, error) {
	name := request.text("name")
	if err := validateModelName(name); err != nil {
		return "", 0, err
	}
	number, err := parseVersion(request.text("version"))
	return name, number, err
}

func isInternal(err error) bool {
	var api *apiError
	return errors.As(err, &api) && api.code == codeInternal
}

// touchModel notes that a version of the model changed. It fails unless there is such a model.
func (t *transaction) touchModel(name string) error {
	touched, err := t.change("UPDATE registered_models SET last_updated_time = ? WHERE name = ?", t.now, name)
	if err == nil && touched == 0 {
		err = modelNotFound(name)
	}
	return err
}

// requireVersion fails unless there is such a version that is not deleted.
func (t *transaction) requireVersion(name string, number int64) error {
	var found int
	err := t.queryRow("SELECT 1 FROM model_versions WHERE name = ? AND version = ? AND current_stage <> ?",
		name, number, stageDeleted).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return versionNotFound(name, number)
	}
	return err
}

func versionNotFound(name string, number int64) error {
	return apiErrorf(codeDoesNotExist, "Model Version (name=%s, version=%d) not found", name, number)
}

func (t *transaction) versionAnswer(name string, number int64) (any, error) {
	version, err := t.version(name, number)
	if err != nil {
		return nil, err
	}
	return versionAnswer{Version: version}, nil
}

// version returns a version with its aliases.
func (t *transaction) version(name string, number int64) (versionMessage, error) {
	var aliases string
	version, err := scanVersion(t.queryRow("SELECT "+versionColumns+", "+aliasColumn+" FROM model_versions "+
		"WHERE name = ? AND version = ? AND current_stage <> '"+stageDeleted+"'", name, number), &aliases)
	if errors.Is(err, sql.ErrNoRows) {
		return version, versionNotFound(name, number)
	}
	if err != nil || aliases == "[]" {
		return version, err
	}
	return version, json.Unmarshal([]byte(aliases), &version.Aliases)
}

// versionColumns select a version with its tags, as scanVersion reads them.
const versionColumns = `model_versions.name, model_versions.version, creation_time, last_updated_time, user_id,
	current_stage, description, source, storage_location, run_id, status, status_message, run_link,
	(SELECT json_group_array(json_array(key, value)) FROM (SELECT key, value FROM model_version_tags
		WHERE model_version_tags.name = model_versions.name AND model_version_tags.version = model_versions.version
		ORDER BY rowid))`

// aliasColumn selects the aliases of a version by name, as a JSON list.
const aliasColumn = `(SELECT json_group_array(alias) FROM (SELECT alias FROM registered_model_aliases
	WHERE registered_model_aliases.name = model_versions.name AND registered_model_aliases.version = model_versions.version
	ORDER BY alias))`

// scanVersion reads versionColumns, and what was selected after them into more.
func scanVersion(row scanner, more ...any) (versionMessage, error) {
	var version versionMessage
	var statusMessage sql.NullString
	var tags string
	err := row.Scan(append([]any{&version.Name, &version.number, &version.CreationTime, &version.LastUpdatedTime,
		&version.UserID, &version.Stage, &version.Description, &version.Source, &version.storageLocation, &version.RunID,
		&version.Status, &statusMessage, &version.RunLink, &tags}, more...)...)
	if err != nil {
		return version, err
	}
	version.Version = strconv.FormatInt(version.number, 10)
	version.StatusMessage = statusMessage.String
	version.Tags, err = scanTags(tags)
	return version, err
}

// location returns where the version's files are.
func (v versionMessage) location() *string {
	if v.storageLocation != nil && *v.storageLocation != "" {
		return v.storageLocation
	}
	return v.Source
}
