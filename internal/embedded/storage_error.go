package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// storageError says why the file of a registry cannot be used. It wraps registry.ErrStorage.
type storageError struct {
	path   string
	reason string
	cause  error // may be nil
}

// baseName is what messages call the file.
func baseName(path string) string { return filepath.Base(path) }

func storageErrorf(path string, cause error, format string, args ...any) error {
	return &storageError{path: path, reason: fmt.Sprintf(format, args...), cause: cause}
}

func (e *storageError) Error() string {
	message := "embedded registry: " + baseName(e.path) + " " + e.reason
	if e.cause != nil {
		message += ": " + e.cause.Error()
	}
	return message
}

// Unwrap gives errors.Is the kind and the cause.
func (e *storageError) Unwrap() []error {
	if e.cause == nil {
		return []error{registry.ErrStorage}
	}
	return []error{registry.ErrStorage, e.cause}
}

// storageMessage is the message of an INTERNAL_ERROR that MLflow would not give.
func storageMessage(err error) string {
	var storage *storageError
	if errors.As(err, &storage) {
		return storage.Error()
	}
	return "embedded registry: " + err.Error()
}

// describe turns an error of SQLite into one that says what is the matter with the file and what to do.
func describe(path string, err error) error {
	var known *storageError
	if err == nil || errors.As(err, &known) {
		return err
	}
	switch primaryCode(err) {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return storageErrorf(path, err, "is damaged or no SQLite database; it is left as it is. Restore it from a backup")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return storageErrorf(path, err, "is read-only: make the file and its folder writable")
	case sqlite3.SQLITE_CANTOPEN:
		if _, missing := os.Stat(filepath.Dir(path)); missing != nil {
			return storageErrorf(path, nil, "cannot be created: the folder %s does not exist, create it first", filepath.Dir(path))
		}
		return storageErrorf(path, err, "cannot be opened: make the file and its folder %s writable", filepath.Dir(path))
	case sqlite3.SQLITE_FULL:
		return storageErrorf(path, err, "cannot grow: the disk is full")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return apiErrorf(codeUnavailable, "embedded registry: %s has been in use by another process for more than %s. "+
			"Repeat the request", filepath.Base(path), lockWait)
	case sqlite3.SQLITE_IOERR:
		// The log's index tells of a log that is not there. Of the file itself SQLite reads zeros beyond its end.
		if extendedCode(err) == sqlite3.SQLITE_IOERR_SHORT_READ && logSize(path) == 0 {
			return deletedLog(path)
		}
		return storageErrorf(path, err, "cannot be read or written")
	}
	return err
}

// extendedCode returns SQLite's extended result code of err, or -1 if err does not come from SQLite.
func extendedCode(err error) int {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return -1
	}
	return failed.Code()
}

// primaryCode returns SQLite's primary result code of err, or -1 if err does not come from SQLite.
func primaryCode(err error) int {
	if code := extendedCode(err); code >= 0 {
		return code & 0xff
	}
	return -1
}

// cannotWrite reports whether SQLite failed for want of the right to write the file or its folder.
func cannotWrite(err error) bool {
	switch primaryCode(err) {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return true
	}
	return false
}

// isBusy reports whether another connection holds the lock that was needed.
func isBusy(err error) bool {
	code := primaryCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

// isConstraint reports whether a key was taken.
func isConstraint(err error) bool { return primaryCode(err) == sqlite3.SQLITE_CONSTRAINT }
