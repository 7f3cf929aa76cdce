package embedded

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
)

// read runs work on a snapshot of the registry, an empty one if there is no file yet. Where another process writes the
// file and this one may not, work is run until it has seen one state.
func (s *storage) read(ctx context.Context, work func(*transaction) error) error {
	return describe(s.path, retryBusy(ctx, func() (err error) {
		file, done, err := s.use(ctx)
		if err != nil {
			return err
		}
		if file == nil {
			return s.rehearse(ctx, work)
		}
		err = transact(ctx, file, "BEGIN", false, func(t *transaction) error {
			version, err := t.schemaVersion(s.path)
			if err == nil && version == 0 {
				err = errNoSchema
			}
			if err != nil {
				return err
			}
			return work(t)
		})
		if ending := done(); ending != nil {
			return ending
		}
		if errors.Is(err, errNoSchema) {
			return s.rehearse(ctx, work)
		}
		return err
	}))
}

// errNoSchema: another process has made the file and not yet the tables.
var errNoSchema = errors.New("no schema yet")

// rehearse runs work on an empty registry in memory and undoes it.
func (s *storage) rehearse(ctx context.Context, work func(*transaction) error) error {
	empty, err := s.nothing(ctx)
	if err != nil {
		return err
	}
	return transact(ctx, empty, "BEGIN", false, work)
}

// write runs work alone: no other request, here or in another process, writes meanwhile. What it wrote is
// on the disk when write returns nil, and undone when it returns an error.
func (s *storage) write(ctx context.Context, work func(*transaction) error) error {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return describe(s.path, retryBusy(ctx, func() (err error) {
		file, done, err := s.use(ctx)
		if err != nil {
			return err
		}
		if file == nil {
			// Only what succeeds on an empty registry may bring the file into being.
			if err := s.rehearse(ctx, work); err != nil {
				return err
			}
			if file, done, err = s.create(ctx); err != nil {
				return err
			}
			if file == nil {
				return errWrittenMeanwhile // somebody has deleted it already
			}
		}
		defer done() //nolint:errcheck // of a file that cannot be written
		if err := s.prepareWriting(ctx, file); err != nil {
			return err
		}
		return s.commit(ctx, file, work)
	}))
}

// commit runs work and writes what it did. When it returns nil the commit is on the disk, and also in the file itself
// unless a reader still needs what was there.
func (s *storage) commit(ctx context.Context, file *database, work func(*transaction) error) error {
	var record *commitRecord
	err := transact(ctx, file, "BEGIN IMMEDIATE", true, func(t *transaction) (err error) {
		if file.watch == nil {
			return storageErrorf(s.path, nil, "is read-only: make the file and its folder writable")
		}
		if record, err = file.watch.recordCommit(t); err != nil {
			return err
		}
		return work(t)
	})
	if file.watch == nil {
		return err
	}
	if err != nil {
		file.watch.committed(nil, false)
		return err
	}
	checkpoints := file.checkpoints.Load()
	if checkpoints == nil { // a journal of another kind, by which commits go into the file at once
		file.watch.committed(record, true)
		return nil
	}
	// What fails here, on a full disk for instance, takes nothing from the commit.
	whole, err := checkpoints.copyCommits(context.WithoutCancel(ctx))
	file.watch.committed(record, whole && err == nil)
	return nil
}

// create makes the file. Two processes may do so at once: the schema is written by whoever writes first.
func (s *storage) create(ctx context.Context) (*database, func() error, error) {
	if _, err := os.Stat(filepath.Dir(s.path)); err != nil {
		return nil, nil, storageErrorf(s.path, nil, "cannot be created: the folder %s does not exist, create it first",
			filepath.Dir(s.path))
	}
	pool, err := sql.Open(driverName, dataSource(s.path, "mode=rwc"))
	if err != nil {
		return nil, nil, err
	}
	maker := newDatabase(pool, 1)
	err = transact(ctx, maker, "BEGIN IMMEDIATE", true, func(t *transaction) error { return initialize(t, s.path) })
	if err == nil {
		_, err = maker.useWriteAheadLog(ctx)
	}
	if err = errors.Join(err, maker.close(0)); err != nil {
		return nil, nil, err
	}
	return s.use(ctx)
}
