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
	file   *sql.DB     // nil until the file is there
	opened os.FileInfo // what file was opened, to notice that it was replaced
	empty  *sql.DB     // an empty registry in memory: what is read before the file is there
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
		err = errors.Join(err, s.empty.Close())
		s.empty = nil
	}
	return err
}

// closeFile needs the mutex.
func (s *storage) closeFile() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file, s.opened = nil, nil
	return err
}

// database returns the open file, or nil when there is none yet.
func (s *storage) database(ctx context.Context) (*sql.DB, error) {
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
	case s.file != nil && os.SameFile(info, s.opened):
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
	file, err := connect(ctx, s.path)
	if err != nil {
		return nil, err
	}
	s.file, s.opened = file, info
	return file, nil
}

// nothing returns an empty registry in memory, which answers what is read before there is a file.
func (s *storage) nothing(ctx context.Context) (*sql.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, storageErrorf(s.path, errClosed, "cannot be used")
	}
	if s.empty != nil {
		return s.empty, nil
	}
	empty, err := sql.Open(driverName, ":memory:?"+settings())
	if err != nil {
		return nil, err
	}
	empty.SetMaxOpenConns(1) // every connection would have a memory of its own
	empty.SetMaxIdleConns(1)
	if _, err := empty.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(err, empty.Close())
	}
	s.empty = empty
	return empty, nil
}
