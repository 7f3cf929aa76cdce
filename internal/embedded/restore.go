package embedded

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Restored says what Restore has put back.
type Restored struct {
	// Models and Versions are how many the registry now has, deleted versions not counted.
	Models, Versions int
	// Live says that other processes had the registry open. They go on, with what was put back.
	Live bool
}

// Restore puts the registry at copy back to path. A registry that is in use there gets the content of the copy in one
// transaction; one that nobody uses, also one that is damaged or has a foreign log beside it, is replaced as a file.
// The copy stays as it is.
//
// It fails with an error that wraps registry.ErrStorage for a copy that is no registry or is damaged, and for a path
// that cannot be written; what was at path is left as it was then.
func Restore(ctx context.Context, path, copied string) (Restored, error) {
	target, err := filepath.Abs(path)
	if err != nil {
		return Restored{}, storageErrorf(path, err, "has no absolute path")
	}
	if sameFile(target, copied) {
		return Restored{}, storageErrorf(path, nil, "is the copy itself: give the file of the registry with --db")
	}
	source, err := Open(copied)
	if err != nil {
		return Restored{}, err
	}
	source.storage.mayLack = true
	restored, err := restore(ctx, target, source.storage)
	return restored, errors.Join(err, source.Close())
}

func restore(ctx context.Context, target string, source *storage) (restored Restored, err error) {
	file, done, err := source.use(ctx)
	if err != nil {
		return restored, describe(source.path, err)
	}
	defer func() { err = errors.Join(err, done()) }()
	if file == nil {
		return restored, storageErrorf(source.path, nil, "is not there, or is empty: there is nothing to put back")
	}
	if err := mayBeReplaced(ctx, target); err != nil {
		return restored, err
	}
	mode := os.FileMode(0o600)
	for _, like := range []string{source.path, target} {
		if info, err := os.Stat(like); err == nil {
			mode = info.Mode()
		}
	}
	partial, err := file.partialCopy(ctx, source.path, target, mode)
	if err != nil {
		return restored, err
	}
	defer func() { err = errors.Join(err, removeWith(partial)) }()
	if restored.Models, restored.Versions, err = count(ctx, partial); err != nil {
		return restored, describe(partial, err)
	}
	replaced, err := replaceUnused(partial, target)
	if err != nil || replaced {
		return restored, err
	}
	restored.Live = true
	return restored, replaceContent(ctx, target, partial)
}

// replaceUnused replaces the file at target, with what is beside it, by the one at partial, unless some process has it
// open.
func replaceUnused(partial, target string) (bool, error) {
	plain, err := openPlain(target)
	if _, missing := os.Stat(target); errors.Is(missing, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return false, storageErrorf(target, err, "cannot be written")
	}
	if plain != nil {
		defer plain.close() //nolint:errcheck // it is another file by then
		if alone, err := plain.lockAlone(); err != nil || !alone {
			return false, err
		}
	}
	// The log goes first: whatever happens now, it cannot come to lie beside the copy.
	if err := removeBeside(target); err != nil {
		return false, storageErrorf(target, err, "cannot be written")
	}
	err = replaceFile(partial, target)
	if err != nil && plain != nil { // Windows replaces no file that is open.
		err = errors.Join(plain.close(), replaceFile(partial, target))
	}
	if err != nil {
		return false, storageErrorf(target, err, "cannot be written")
	}
	return true, nil
}

// mayBeReplaced refuses to put a registry in the place of what is none: somebody has named the wrong file.
func mayBeReplaced(ctx context.Context, path string) error {
	err := inspect(path)
	if info, missing := os.Stat(path); missing != nil || info.Size() == 0 || errors.Is(err, errDamaged) {
		return nil //nolint:nilerr // nothing of anybody else's is there
	}
	if err != nil {
		return err
	}
	pool, err := sql.Open(driverName, dataSource(path, "mode=ro&immutable=1"))
	if err != nil {
		return err
	}
	var application, tables int
	err = pool.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), "+
		"(SELECT count(*) FROM sqlite_schema)").Scan(&application, &tables)
	if err = errors.Join(err, pool.Close()); err == nil && application == 0 && tables > 0 {
		return checkIdentity(path, application, 0)
	}
	return nil
}
