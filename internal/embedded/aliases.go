package embedded

import (
	"database/sql"
	"errors"
)

// setAlias answers POST registered-models/alias. An alias that is set already moves.
func setAlias(t *transaction, request *message) (any, error) {
	name, alias := request.text("name"), request.text("alias")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	if err := validateAlias(alias); err != nil {
		return nil, err
	}
	if err := validateAliasNotReserved(alias); err != nil {
		return nil, err
	}
	number, err := parseVersion(request.text("version"))
	if err != nil {
		return nil, err
	}
	if err := t.requireVersion(name, number); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.exec("INSERT INTO registered_model_aliases (name, alias, version) VALUES (?, ?, ?) "+
		"ON CONFLICT DO UPDATE SET version = excluded.version", name, alias, number)
}

// deleteAlias answers DELETE registered-models/alias. An alias that is not there is no error.
func deleteAlias(t *transaction, request *message) (any, error) {
	name, alias := request.text("name"), request.text("alias")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	if err := validateAlias(alias); err != nil {
		return nil, err
	}
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.exec("DELETE FROM registered_model_aliases WHERE name = ? AND alias = ?", name, alias)
}

// getVersionByAlias answers GET registered-models/alias. The alias "latest" is always the newest version.
func getVersionByAlias(t *transaction, request *message) (any, error) {
	name, alias := request.text("name"), request.text("alias")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	if err := validateAlias(alias); err != nil {
		return nil, err
	}
	version, err := t.versionByAlias(name, alias)
	if err != nil {
		return nil, err
	}
	return versionAnswer{Version: version}, nil
}

func (t *transaction) versionByAlias(name, alias string) (versionMessage, error) {
	if err := validateModelName(name); err != nil {
		return versionMessage{}, err
	}
	if err := validateAlias(alias); err != nil {
		return versionMessage{}, err
	}
	if asciiLower(alias) == latestAlias {
		return t.newestVersion(name)
	}
	if err := t.requireModel(name); err != nil {
		return versionMessage{}, err
	}
	var number int64
	err := t.queryRow("SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?", name, alias).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return versionMessage{}, invalidf("Registered model alias %s not found.", alias)
	}
	if err != nil {
		return versionMessage{}, err
	}
	return t.version(name, number)
}

func (t *transaction) newestVersion(name string) (versionMessage, error) {
	versions, err := t.latestVersionsIn(name, nil)
	if err != nil {
		return versionMessage{}, err
	}
	if len(versions) == 0 {
		return versionMessage{}, apiErrorf(codeDoesNotExist, "Latest version not found for model %s.", name)
	}
	newest := versions[0]
	for _, version := range versions {
		if version.number > newest.number {
			newest = version
		}
	}
	return t.version(name, newest.number)
}
