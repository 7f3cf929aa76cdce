package embedded

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

// setModelTag answers POST registered-models/set-tag. Setting a tag does not count as an update of the model.
func setModelTag(t *transaction, request *message) (any, error) {
	name := request.text("name")
	given := tag{Key: request.text("key"), Value: request.text("value")}
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	if err := validateTag(given); err != nil {
		return nil, err
	}
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.setModelTag(name, given)
}

// deleteModelTag answers DELETE registered-models/delete-tag. A tag that is not there is no error.
func deleteModelTag(t *transaction, request *message) (any, error) {
	name, key := request.text("name"), request.text("key")
	if err := validateModelName(name); err != nil {
		return nil, err
	}
	if err := validateTagKey(key); err != nil {
		return nil, err
	}
	if err := t.requireModel(name); err != nil {
		return nil, err
	}
	return emptyAnswer{}, t.exec("DELETE FROM registered_model_tags WHERE name = ? AND key = ?", name, key)
}

func (t *transaction) setModelTag(name string, given tag) error {
	if err := checkWidth("the value of the tag", given.Value, registry.MaxModelTagValueLength); err != nil {
		return err
	}
	return t.exec("INSERT INTO registered_model_tags (name, key, value) VALUES (?, ?, ?) "+
		"ON CONFLICT DO UPDATE SET value = excluded.value", name, given.Key, given.Value)
}
