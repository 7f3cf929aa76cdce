package embedded

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the SQLite driver, in pure Go
)

const driverName = "sqlite"

// maxConnections bounds the readers of one process; there is never more than one writer.
const maxConnections = 8

// settings are the query of a data source name: what every connection has. MLflow's comparisons with LIKE
// tell upper from lower case. A commit is on the disk when it is answered (synchronous FULL).
func settings() string {
	return url.Values{"_pragma": {
		"busy_timeout(250)", // the rest of the waiting is done where a context can end it
		"foreign_keys(1)",
		"synchronous(full)",
		"case_sensitive_like(1)",
	}}.Encode()
}

// dataSource returns the name under which SQLite opens path with the given extra URI parameters.
func dataSource(path string, parameters string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a Windows drive
	}
	name := url.URL{Scheme: "file", OmitHost: true, Path: slashed, RawQuery: parameters + "&" + settings()}
	return name.String()
}

// connect opens the existing file at path. Where it can only be read, and no other process is writing it,
// it is read as it stands: frozen.
func connect(ctx context.Context, path string) (opened *database, frozen bool, err error) {
	opened, err = open(ctx, path, "mode=rw")
	if err == nil || !cannotWrite(err) || !atRest(path) {
		return opened, false, err
	}
	opened, err = open(ctx, path, "mode=ro&immutable=1")
	return opened, err == nil, err
}

// open opens the file with the given extra URI parameters if it is a registry, or an empty one to be.
func open(ctx context.Context, path, parameters string) (*database, error) {
	pool, err := sql.Open(driverName, dataSource(path, parameters))
	if err != nil {
		return nil, err
	}
	opened := newDatabase(pool, maxConnections)
	if err := transact(ctx, opened, "BEGIN", false, func(t *transaction) error {
		_, err := t.schemaVersion(path)
		return err
	}); err != nil {
		return nil, errors.Join(err, opened.close())
	}
	return opened, nil
}

// useWriteAheadLog lets readers go on while there is a writer. The file keeps it.
func (d *database) useWriteAheadLog(ctx context.Context) error {
	var mode string
	return d.ask(ctx, "PRAGMA journal_mode = WAL", &mode)
}

// atRest reports whether everything of the registry is in the file itself, nothing in a journal.
func atRest(path string) bool {
	for _, suffix := range []string{"-wal", "-journal"} {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 {
			return false
		}
	}
	return true
}

// schemaVersion returns the schema's version, 0 for an empty database, which is a registry to be. It fails for
// anything but a registry that this version knows. A session that has seen a registry only looks at the number.
func (t *transaction) schemaVersion(path string) (int, error) {
	var application, version, tables int
	if t.session.current {
		if err := t.queryRow("PRAGMA user_version").Scan(&version); err != nil || version == schemaVersion {
			return version, err
		}
	}
	if err := t.queryRow("SELECT (SELECT application_id FROM pragma_application_id), "+
		"(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)",
	).Scan(&application, &version, &tables); err != nil {
		return 0, err
	}
	if application == 0 && version == 0 && tables == 0 {
		return 0, nil
	}
	err := checkIdentity(path, application, version)
	t.session.current = err == nil && version == schemaVersion
	return version, err
}
