package embedded

// setVersionTag answers POST model-versions/set-tag. Setting a tag does not count as an update of the version.
func setVersionTag(t *transaction, request *message) (any, error) {
	name := request.text("name")
	given := tag{Key: request.text("key"), Value: request.text("value")}
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	number, err := parseVersion(request.text("version"))
	if err != nil && !isInternal(err) {
		return nil, err
	}
	if err := validateVersionTag(given); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if err := t.requireVersion(name, number); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.setVersionTag(name, number, given)
}

// deleteVersionTag answers DELETE model-versions/delete-tag. A tag that is not there is no error.
func deleteVersionTag(t *transaction, request *message) (any, error) {
	name, key := request.text("name"), request.text("key")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	number, err := parseVersion(request.text("version"))
	if err != nil && !isInternal(err) {
		return nil, err
	}
	if err := validateTagKey(key); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if err := t.requireVersion(name, number); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.exec("DELETE FROM model_version_tags WHERE name = ? AND version = ? AND key = ?",
		name, number, key)
}

func (t *transaction) setVersionTag(name string, number int64, given tag) error {
	return t.exec("INSERT INTO model_version_tags (name, version, key, value) VALUES (?, ?, ?, ?) "+
		"ON CONFLICT DO UPDATE SET value = excluded.value", name, number, given.Key, given.Value)
}
