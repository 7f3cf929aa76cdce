package embedded

import "fmt"

// initialize makes an empty database a registry, and refuses one that is something else. It runs in the
// write transaction, so what it found still holds when the request writes.
func initialize(t *transaction, path string) error {
	version, err := t.schemaVersion(path)
	if err != nil || version != 0 {
		return err
	}
	return t.exec(fmt.Sprintf("%s; PRAGMA application_id = %d; PRAGMA user_version = %d;",
		schema, applicationID, schemaVersion))
}
