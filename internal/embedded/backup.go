package embedded

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNothingToCopy says that a registry has no file yet.
var ErrNothingToCopy = errors.New("there is nothing to copy")

// Backup writes a copy of the registry to the file at path, which it replaces if it is there. The copy is one state of
// the registry, whatever is written meanwhile, and it is checked. It is a registry of its own: it can be opened, moved
// and put back.
//
// It fails with an error that wraps registry.ErrStorage for a registry that has no file yet (ErrNothingToCopy) or is damaged,
// and for a copy that cannot be written; what was at path is left as it was then.
func (r *Registry) Backup(ctx context.Context, path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return storageErrorf(path, err, "has no absolute path")
	}
	return describe(r.storage.path, retryBusy(ctx, func() (err error) {
		file, done, err := r.storage.use(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, done()) }()
		if file == nil {
			return storageErrorf(r.storage.path, ErrNothingToCopy, "is not there yet, or is empty")
		}
		return file.copyTo(ctx, r.storage.path, absolute)
	}))
}

// copyTo writes a copy of the open file at path to target.
func (d *database) copyTo(ctx context.Context, path, target string) error {
	if sameFile(path, target) {
		return storageErrorf(target, nil, "is the registry itself: give the copy another name")
	}
	info, err := os.Stat(path)
	if err != nil {
		return storageErrorf(path, err, "cannot be copied")
	}
	partial, err := d.partialCopy(ctx, path, target, info.Mode())
	if err != nil {
		return err
	}
	if err := replaceFile(partial, target); err != nil {
		return errors.Join(storageErrorf(target, err, "cannot be written"), removeWith(partial))
	}
	return nil
}

// partialCopy writes a copy beside target and returns its path.
func (d *database) partialCopy(ctx context.Context, path, target string, mode os.FileMode) (_ string, err error) {
	empty, err := os.CreateTemp(filepath.Dir(target), filepath.Base(target)+".*.partial")
	if err != nil {
		return "", storageErrorf(target, err, "cannot be written")
	}
	partial := empty.Name()
	defer func() {
		if err != nil {
			err = errors.Join(err, removeWith(partial))
		}
	}()
	if err := errors.Join(empty.Chmod(mode.Perm()), empty.Close()); err != nil {
		return "", storageErrorf(target, err, "cannot be written")
	}
	asked, err := d.take(ctx)
	if err != nil {
		return "", err
	}
	_, err = asked.conn.ExecContext(ctx, "VACUUM INTO ?", partial)
	d.give(asked, err == nil || isBusy(err))
	if err != nil {
		return "", describe(path, err)
	}
	if err := makeRegistry(ctx, partial); err != nil {
		return "", describe(target, err)
	}
	if err := syncFile(partial); err != nil {
		return "", storageErrorf(target, err, "cannot be written")
	}
	return partial, nil
}

// makeRegistry checks a new copy and makes it a registry of its own: its latest commit is none of the one that was
// copied, so that the log of that is known for a foreign one.
func makeRegistry(ctx context.Context, path string) error {
	pool, err := sql.Open(driverName, dataSource(path, "mode=rw"))
	if err != nil {
		return err
	}
	copied := newDatabase(pool, 1)
	if _, err := copied.useWriteAheadLog(ctx); err != nil {
		return errors.Join(err, copied.close(0))
	}
	var finding string
	err = transact(ctx, copied, "BEGIN IMMEDIATE", true, func(t *transaction) error {
		if err := t.queryRow("PRAGMA integrity_check(1)").Scan(&finding); err != nil {
			return err
		}
		if finding != "ok" {
			return storageErrorf(path, nil, "would be damaged (%s): the registry that it is a copy of is", finding)
		}
		if err := initialize(t, path); err != nil {
			return err
		}
		newest, err := newestRecord(t)
		if err != nil {
			return err
		}
		return writeRecord(t, newest.next(numberOf(newest), numberOf(newest)))
	})
	return errors.Join(err, copied.close(0))
}

// sameFile reports whether both paths lead to one file. A file that is not there is none.
func sameFile(one, other string) bool {
	first, err := os.Stat(one)
	if err != nil {
		return false
	}
	second, err := os.Stat(other)
	return err == nil && os.SameFile(first, second)
}

// replaceFile gives the file at path the name of target, for good.
func replaceFile(path, target string) error {
	if err := os.Rename(path, target); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(target))
	if err != nil {
		return err
	}
	_ = folder.Sync() // not every system can, or has to
	return folder.Close()
}

// syncFile writes a file to the disk. No connection of this process may have it open.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// removeWith removes a database file, if it is there, and what SQLite keeps beside it.
func removeWith(path string) error {
	return errors.Join(removeBeside(path), removeIfThere(path))
}

// removeBeside removes what SQLite keeps beside a database file.
func removeBeside(path string) error {
	var err error
	for _, suffix := range []string{logSuffix, indexSuffix, journalSuffix} {
		err = errors.Join(err, removeIfThere(path+suffix))
	}
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
