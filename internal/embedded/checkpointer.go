package embedded

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

const (
	// settleAfter is how long after a write the log is emptied, if no other write comes.
	settleAfter = 100 * time.Millisecond
	// settleAgain is how long later that is tried again, if a reader or another process was in the way.
	settleAgain = time.Second
	// copyPatience is how long a commit waits for readers of what was before it, so that it can be copied. They are
	// short as a rule.
	copyPatience = 5 * time.Millisecond
	// checkpointPatience is how long it waits for the checkpoint of another process, which may have a slow disk.
	checkpointPatience = 2 * time.Second
	copyPause          = 100 * time.Microsecond
	// longLog is how many pages of a log are copied after each commit before a checkpoint counts them as copied.
	longLog = 256
)

// checkpointer copies commits from the write-ahead log into the file. A commit is on the disk once it is in the log,
// which took its one fsync. Before it is answered its pages are in the file as well, for everybody who looks at the
// file alone; the file itself is synced later, and the log is emptied then.
type checkpointer struct {
	files *hookedFiles
	watch *fileWatch

	mu      sync.Mutex // held during a checkpoint
	pool    *sql.DB
	session *session // nil once it is closed
	timer   *time.Timer
	behind  bool // the last commit could not be copied whole, because of a reader that takes its time
}

// checkpoint is what SQLite answers to PRAGMA wal_checkpoint, with frames for pages of the log.
type checkpoint struct{ busy, frames, counted int }

func openCheckpointer(ctx context.Context, path string, watch *fileWatch) (*checkpointer, error) {
	if err := registerVFS(); err != nil {
		return nil, err
	}
	files, parameters := newHookedFiles()
	pool, err := sql.Open(driverName, dataSource(path, "mode=rw&"+parameters))
	if err != nil {
		files.forget()
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		files.forget()
		return nil, errors.Join(err, pool.Close())
	}
	only := &session{conn: conn, prepared: map[string]*sql.Stmt{}}
	c := &checkpointer{files: files, watch: watch, pool: pool, session: only}
	// Whoever waits in a checkpoint keeps writers out. It comes again instead.
	// To have read something keeps the log where it is.
	var version int
	if err := errors.Join(c.session.exec(ctx, "PRAGMA busy_timeout = 0"),
		c.session.queryRow(ctx, "PRAGMA user_version").Scan(&version)); err != nil {
		return nil, errors.Join(err, c.close())
	}
	watch.noteLog()
	c.timer = time.AfterFunc(settleAfter, c.settle)
	return c, nil
}

// copyCommits copies every commit into the file, as far as no reader still needs what is there. whole reports whether
// that is all of them. What is copied is neither synced nor counted as copied: the log stays as it is.
func (c *checkpointer) copyCommits(ctx context.Context) (whole bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil {
		return false, errClosed
	}
	begun := time.Now()
	done, whole, err := c.copyOnce(ctx)
	for err == nil && !whole {
		patience := copyPatience
		if done.busy != 0 {
			patience = checkpointPatience
		} else if c.behind {
			break
		}
		if time.Since(begun) > patience {
			break
		}
		time.Sleep(copyPause)
		done, whole, err = c.copyOnce(ctx)
	}
	c.behind = !whole
	c.timer.Reset(settleAfter)
	if whole && done.frames >= longLog {
		// No commit of this process can come in between, so that the next one starts at the beginning of the log.
		_, err = c.sync(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	}
	return whole, err
}

func (c *checkpointer) copyOnce(ctx context.Context) (done checkpoint, whole bool, err error) {
	done, copied, err := c.run(ctx, true, "PRAGMA wal_checkpoint(PASSIVE)")
	// There is nothing to copy where all is copied, and counted, already.
	return done, err == nil && done.busy == 0 && (copied.whole || done.frames == done.counted), err
}

// settle syncs the file and empties the log, or counts at least as copied what is. It runs by itself some time after a
// write.
func (c *checkpointer) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil {
		return
	}
	ctx := context.Background() // whoever wrote has had the answer
	// The session asks that is at hand: who closes the registry holds all others, and waits for this.
	switch ours, err := c.watch.isOurs(ctx, c.session.record); {
	case err != nil:
		c.timer.Reset(settleAgain)
		return
	case !ours:
		return
	}
	if whole, err := c.sync(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil || !whole {
		c.timer.Reset(settleAgain)
	}
}

// sync makes a checkpoint that is counted, and notes what is on the disk then.
func (c *checkpointer) sync(ctx context.Context, statement string) (whole bool, err error) {
	synced := c.watch.syncing()
	done, _, err := c.run(ctx, false, statement)
	whole = err == nil && done.busy == 0 && done.frames == done.counted
	if whole {
		synced()
	}
	return whole, err
}

// run makes a checkpoint. It needs the mutex.
func (c *checkpointer) run(
	ctx context.Context, uncounted bool, statement string,
) (done checkpoint, copied hookedCheckpoint, err error) {
	c.files.current = &hookedCheckpoint{
		uncounted: uncounted, recordOffset: c.watch.offset(), begins: c.watch.recordIsCopied, records: c.watch.recordWasCopied,
	}
	err = c.session.queryRow(ctx, statement).Scan(&done.busy, &done.frames, &done.counted)
	copied, c.files.current = *c.files.current, nil
	return done, copied, err
}

// close ends checkpoints. The log is left to the connections of the registry: the last of them empties it.
func (c *checkpointer) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == nil {
		return nil
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	err := errors.Join(c.session.close(), c.pool.Close())
	c.session = nil
	c.files.forget()
	return err
}

// abandon ends checkpoints without closing the connection.
func (c *checkpointer) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil {
		c.timer.Stop()
		c.session = nil
	}
}
