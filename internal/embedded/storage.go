package embedded

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// storage is the SQLite file of a registry. It is opened with the first request that needs it and created
// with the first write.
type storage struct {
	path string // absolute
	// writer is held by the one request of this process that writes; other processes are kept out by
	// SQLite's own lock.
	writer chan struct{}

	mu     sync.Mutex
	file   *database   // nil until the file is there
	opened os.FileInfo // what file was opened, to notice that it was replaced
	frozen bool        // file is read as it stands: it has to be opened again when it changes
	ready  bool        // file was found to be in order before the first write
	empty  *database   // an empty registry in memory: what is read before the file is there
	closed bool
}

var errClosed = errors.New("the registry is closed")

func openStorage(path string) (*storage, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, storageErrorf(path, err, "has no absolute path")
	}
	if err := inspect(absolute); err != nil {
		return nil, err
	}
	return &storage{path: absolute, writer: make(chan struct{}, 1)}, nil
}

func (s *storage) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	err := s.closeFile()
	if s.empty != nil {
		err = errors.Join(err, s.empty.close())
		s.empty = nil
	}
	return err
}

// closeFile needs the mutex.
func (s *storage) closeFile() error {
	if s.file == nil {
		return nil
	}
	err := s.file.close()
	s.file, s.opened, s.frozen, s.ready = nil, nil, false, false
	return err
}

// database returns the open file, or nil when there is none yet.
func (s *storage) database(ctx context.Context) (*database, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, storageErrorf(s.path, errClosed, "cannot be used")
	}
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.closeFile()
	case err != nil:
		return nil, storageErrorf(s.path, err, "cannot be opened")
	case s.file != nil && os.SameFile(info, s.opened) && (!s.frozen || !hasChanged(info, s.opened)):
		return s.file, nil
	}
	// A file that was deleted and made anew is another one: going on with the old would lose every write.
	if err := s.closeFile(); err != nil {
		return nil, storageErrorf(s.path, err, "cannot be closed")
	}
	if err := inspect(s.path); err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return nil, nil
	}
	file, frozen, err := connect(ctx, s.path)
	if err != nil {
		return nil, err
	}
	s.file, s.opened, s.frozen = file, info, frozen
	return file, nil
}

func hasChanged(now, before os.FileInfo) bool {
	return now.Size() != before.Size() || !now.ModTime().Equal(before.ModTime())
}

// prepareWriting looks through the file before this process first writes to it, so that a damaged one is left
// as it is. A registry whose maker was stopped half-way gets its journal mode.
func (s *storage) prepareWriting(ctx context.Context, file *database) error {
	s.mu.Lock()
	ready := s.ready
	s.mu.Unlock()
	if ready {
		return nil
	}
	var finding string
	if err := file.ask(ctx, "PRAGMA quick_check(1)", &finding); err != nil {
		return err
	}
	if finding != "ok" {
		return storageErrorf(s.path, nil, "is damaged (%s); it is left as it is. Restore it from a backup", finding)
	}
	// Without it readers and the writer wait for each other, which is slower and no less right.
	if err := file.useWriteAheadLog(ctx); err != nil && !isBusy(err) {
		return err
	}
	s.mu.Lock()
	s.ready = s.file == file
	s.mu.Unlock()
	return nil
}

// nothing returns an empty registry in memory, which answers what is read before there is a file.
func (s *storage) nothing(ctx context.Context) (*database, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, storageErrorf(s.path, errClosed, "cannot be used")
	}
	if s.empty != nil {
		return s.empty, nil
	}
	pool, err := sql.Open(driverName, ":memory:?"+settings())
	if err != nil {
		return nil, err
	}
	empty := newDatabase(pool, 1) // every connection would have a memory of its own
	if err := transact(ctx, empty, "BEGIN", true, func(t *transaction) error { return initialize(t, s.path) }); err != nil {
		return nil, errors.Join(err, empty.close())
	}
	s.empty = empty
	return empty, nil
}
