package embedded

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// storage is the SQLite file of a registry. It is opened with the first request that needs it and created
// with the first write.
type storage struct {
	path string // absolute
	// writer is held by the one request of this process that writes; other processes are kept out by
	// SQLite's own lock.
	writer chan struct{}
	lanes  lanes

	mu     sync.Mutex
	file   *database   // nil until the file is there, and for a process that may only read it
	opened os.FileInfo // what file was opened, to notice that another is there
	empty  *database   // an empty registry in memory: what is read before the file is there
	closed bool
	// mayLack lets a file pass that lacks commits which were answered.
	mayLack bool
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
	if err := checkLog(context.Background(), absolute); err != nil {
		return nil, err
	}
	return &storage{path: absolute, writer: make(chan struct{}, 1), lanes: newLanes()}, nil
}

// closePatience is how long the requests under way may go on when the registry is closed. Terraform kills a provider
// that takes two seconds to end.
const closePatience = time.Second

func (s *storage) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	err := s.closeFile(closePatience)
	if s.empty != nil {
		err = errors.Join(err, s.empty.close(0))
		s.empty = nil
	}
	return err
}

// closeFile needs the mutex.
func (s *storage) closeFile(patience time.Duration) error {
	if s.file == nil {
		return nil
	}
	closing, opened := s.file, s.opened
	s.file, s.opened = nil, nil
	now, err := os.Stat(s.path)
	if err == nil && os.SameFile(now, opened) {
		ctx, cancel := context.WithTimeout(context.Background(), max(patience, 100*time.Millisecond))
		defer cancel()
		if ours, err := closing.watch.isOurs(ctx, closing.record); err != nil || !ours {
			// To close it would copy the log over what is there now. (SQLite itself sees to it if another file has its
			// name.)
			closing.abandon()
			return nil
		}
	}
	return closing.close(patience)
}

// use returns the open file, or nil when there is none yet. done must be called when it is not used any more.
func (s *storage) use(ctx context.Context) (file *database, done func() error, err error) {
	nothing := func() error { return nil }
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, storageErrorf(s.path, errClosed, "cannot be used")
	}
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nothing, s.closeFile(0)
	case err != nil:
		return nil, nil, storageErrorf(s.path, err, "cannot be opened")
	case s.file != nil && os.SameFile(info, s.opened):
		if s.file.watch.lostLog() {
			return nil, nil, deletedLog(s.path)
		}
		ours, err := s.file.watch.isStillOurs(ctx, info, s.file.record)
		if err != nil {
			return nil, nil, err
		}
		if ours {
			return s.file, nothing, nil
		}
		if logSize(s.path) > 0 {
			return nil, nil, replacedFile(s.path)
		}
	}
	// A file that was deleted and made anew is another one, and so is one with other content: going on with the old
	// would lose every write.
	if err := s.closeFile(0); err != nil {
		return nil, nil, storageErrorf(s.path, err, "cannot be closed")
	}
	if err := inspect(s.path); err != nil {
		return nil, nil, err
	}
	if info.Size() == 0 {
		return nil, nothing, nil
	}
	if err := checkLog(ctx, s.path); err != nil {
		return nil, nil, err
	}
	opened, err := connect(ctx, s.path)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkAnswered(ctx, opened); err != nil {
		return nil, nil, errors.Join(err, opened.close(0))
	}
	if opened.watch == nil {
		return opened, func() error { return errors.Join(opened.close(0), opened.stillTrue(ctx, s.path, info)) }, nil
	}
	s.file, s.opened = opened, info
	return opened, nothing, nil
}

func hasChanged(now, before os.FileInfo) bool {
	return now.Size() != before.Size() || !now.ModTime().Equal(before.ModTime())
}

// prepareWriting gives the file the journal mode of a registry, which one whose maker was stopped half-way lacks, and
// what copies commits into the file.
func (s *storage) prepareWriting(ctx context.Context, file *database) error {
	if file.checkpoints.Load() != nil || file.watch == nil {
		return nil
	}
	journal, err := file.useWriteAheadLog(ctx)
	if err != nil || journal != writeAheadLog {
		return err // A file system without shared memory has no such log. Commits go into the file at once there.
	}
	checkpoints, err := openCheckpointer(ctx, s.path, file.watch)
	if err == nil {
		file.checkpoints.Store(checkpoints)
	}
	return err
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
	err = transact(ctx, empty, "BEGIN", true, func(t *transaction) error { return initialize(t, s.path) })
	if err != nil {
		return nil, errors.Join(err, empty.close(0))
	}
	s.empty = empty
	return empty, nil
}
