package embedded

import "fmt"

// initialize makes an empty database a registry, gives an older one the steps of the schema that it lacks, and
// refuses one that is something else. It runs in the write transaction, so what it found still holds when the
// request writes, and a migration that is stopped half-way has not happened.
func initialize(t *transaction, path string) error {
	version, err := t.schemaVersion(path)
	if err != nil || version == schemaVersion {
		return err
	}
	for _, step := range schemaSteps[version+1:] {
		if err := t.exec(step); err != nil {
			return err
		}
	}
	return t.exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, schemaVersion))
}
