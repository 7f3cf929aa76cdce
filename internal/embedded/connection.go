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
func connect(ctx context.Context, path string) (database *sql.DB, frozen bool, err error) {
	database, err = sql.Open(driverName, dataSource(path, "mode=rw"))
	if err != nil {
		return nil, false, err
	}
	database.SetMaxOpenConns(maxConnections)
	database.SetMaxIdleConns(maxConnections)
	if err = checkSchema(ctx, database, path); err == nil {
		return database, false, nil
	}
	err = errors.Join(err, database.Close())
	if !cannotWrite(err) || !atRest(path) {
		return nil, false, err
	}
	database, err = sql.Open(driverName, dataSource(path, "mode=ro&immutable=1"))
	if err != nil {
		return nil, false, err
	}
	if err := checkSchema(ctx, database, path); err != nil {
		return nil, false, errors.Join(err, database.Close())
	}
	return database, true, nil
}

// useWriteAheadLog lets readers go on while there is a writer. The file keeps it.
func useWriteAheadLog(ctx context.Context, database *sql.DB) error {
	var mode string
	return database.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
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

// querier is a connection or a pool of them.
type querier interface {
	QueryRowContext(ctx context.Context, query string, arguments ...any) *sql.Row
}

// checkSchema says whether the file is a registry that this version knows. An empty database is one to be.
func checkSchema(ctx context.Context, from querier, path string) error {
	_, err := schemaVersionOf(ctx, from, path)
	return err
}

// schemaVersionOf returns the schema's version, 0 for an empty database.
func schemaVersionOf(ctx context.Context, from querier, path string) (int, error) {
	var application, version, tables int
	if err := from.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), "+
		"(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)",
	).Scan(&application, &version, &tables); err != nil {
		return 0, err
	}
	if application == 0 && version == 0 && tables == 0 {
		return 0, nil
	}
	return version, checkIdentity(path, application, version)
}
