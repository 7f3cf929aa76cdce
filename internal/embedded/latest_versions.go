package embedded

import (
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// getLatestVersions answers registered-models/get-latest-versions: the newest version of each stage asked
// for, or of every stage.
func getLatestVersions(t *transaction, request *message) (any, error) {
	name := request.text("name")
	versions, err := t.latestVersionsIn(name, request.lists["stages"])
	if err != nil {
		return nil, err
	}
	for i := range versions {
		if versions[i], err = t.version(name, versions[i].number); err != nil { // with its aliases
			return nil, err
		}
	}
	return versionsAnswer{Versions: versions}, nil
}

func (t *transaction) latestVersionsIn(name string, stages []string) ([]versionMessage, error) {
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	var wanted []string
	for _, given := range stages {
		stage, err := parseStage(given)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, stage.String())
	}
	versions, err := t.latestVersions(name)
	if err != nil || len(wanted) == 0 {
		return versions, err
	}
	return slices.DeleteFunc(versions, func(version versionMessage) bool {
		return !slices.Contains(wanted, version.Stage)
	}), nil
}

// latestVersions returns the newest version of each stage, without aliases. MLflow orders the stages by the
// oldest version each has; only in searches by their names.
func (t *transaction) latestVersions(name string) ([]versionMessage, error) {
	return t.versions("SELECT "+versionColumns+" FROM "+stageRows+" CROSS JOIN model_versions ON model_versions.name = ?1 "+
		"AND version = (SELECT max(version) FROM model_versions WHERE name = ?1 AND current_stage = stage) "+
		"ORDER BY (SELECT min(version) FROM model_versions WHERE name = ?1 AND current_stage = stage)", name)
}

// stageRows is a table of the stages.
var stageRows = func() string {
	var rows []string
	for _, stage := range registry.Stages() {
		rows = append(rows, "SELECT '"+stage.String()+"' AS stage")
	}
	return "(" + strings.Join(rows, " UNION ALL ") + ")"
}()

// versions runs a query that selects versionColumns.
func (t *transaction) versions(query string, arguments ...any) ([]versionMessage, error) {
	return all(t, func(row scanner) (versionMessage, error) { return scanVersion(row) }, query, arguments...)
}
