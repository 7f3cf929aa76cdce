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
		"wal_autocheckpoint(0)", // a checkpointer sees to it
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

// connect opens the existing file at path.
func connect(ctx context.Context, path string) (*database, error) {
	plain, err := openPlain(path)
	if err != nil {
		return nil, storageErrorf(path, err, "cannot be opened")
	}
	if plain.writable {
		opened, err := open(ctx, path, "mode=rw", plain)
		if err == nil || !cannotWrite(err) {
			return opened, err
		}
	} else if err := plain.close(); err != nil {
		return nil, err
	}
	return connectReader(ctx, path)
}

// connectReader opens a file that this process may not write, or in whose folder it may make no files, for one request.
// Nothing tells such a process that a writer has come: it looks again each time. It never makes a log or its index:
// they would be its own, and keep out who may write.
func connectReader(ctx context.Context, path string) (*database, error) {
	if holdsAll(ctx, path) {
		opened, err := open(ctx, path, "mode=ro&immutable=1", nil)
		if err == nil {
			opened.frozen = true
		}
		return opened, err
	}
	return open(ctx, path, "mode=ro&readonly_shm=1", nil)
}

// holdsAll reports whether everything of the registry is in the file itself.
func holdsAll(ctx context.Context, path string) bool {
	if atRest(path) {
		return true
	}
	if _, err := os.Stat(path + indexSuffix); err == nil || logSize(path) == 0 {
		return false // SQLite reads the log with its index; or there is a journal.
	}
	log, err := readLog(path)
	if err != nil || log.newest == nil {
		return false
	}
	inFile, err := recordInFile(ctx, path)
	return err == nil && inFile != nil && inFile.number == log.newest.number
}

// stillTrue fails if the file was written while it was read without locks, as far as that can be seen.
func (d *database) stillTrue(ctx context.Context, path string, before os.FileInfo) error {
	if !d.frozen {
		return nil
	}
	now, err := os.Stat(path)
	if err != nil || !os.SameFile(now, before) || hasChanged(now, before) || !holdsAll(ctx, path) {
		return errWrittenMeanwhile
	}
	return nil
}

// errWrittenMeanwhile: what was read may be of two states.
var errWrittenMeanwhile = errors.New("the file was written while it was read")

// open opens the file with the given extra URI parameters if it is a registry, or an empty one to be. It takes over
// plain, which may be nil.
func open(ctx context.Context, path, parameters string, plain *plainFile) (*database, error) {
	var files *hookedFiles
	if plain != nil {
		var hooks string
		files, hooks = newHookedFiles()
		parameters += "&" + hooks
	}
	pool, err := sql.Open(driverName, dataSource(path, parameters))
	if err != nil {
		return nil, err
	}
	opened := newDatabase(pool, maxConnections)
	if plain != nil {
		opened.watch, opened.files = &fileWatch{path: path, plain: plain}, files
		noteOpen(path, 1)
	}
	if err := transact(ctx, opened, "BEGIN", false, func(t *transaction) error {
		if _, err := t.schemaVersion(path); err != nil || plain == nil {
			return err
		}
		return opened.watch.start(t)
	}); err != nil {
		return nil, errors.Join(err, opened.close(0))
	}
	return opened, nil
}

// writeAheadLog is the journal mode of a registry.
const writeAheadLog = "wal"

// useWriteAheadLog lets readers go on while there is a writer, and returns the journal mode that the file then has. It
// keeps it.
func (d *database) useWriteAheadLog(ctx context.Context) (string, error) {
	var mode string
	err := d.ask(ctx, "PRAGMA journal_mode = "+writeAheadLog, &mode)
	return mode, err
}

const (
	indexSuffix   = "-shm" // of the log's index, which is in shared memory
	journalSuffix = "-journal"
)

// logSize returns the size of the write-ahead log of the file at path; 0 for none.
func logSize(path string) int64 {
	info, err := os.Stat(path + logSuffix)
	if err != nil {
		return 0
	}
	return info.Size()
}

// atRest reports whether nothing of the registry is in a log or a journal.
func atRest(path string) bool {
	journal, err := os.Stat(path + journalSuffix)
	return logSize(path) == 0 && (err != nil || journal.Size() == 0)
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
