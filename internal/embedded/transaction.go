package embedded

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// lockWait is how long a request waits for other processes before it is told to come again.
const lockWait = time.Minute

// transaction is the one short transaction in which a request is answered.
type transaction struct {
	ctx  context.Context
	conn *sql.Conn
	// now is the time of the request in milliseconds since 1970, MLflow's unit of time.
	now int64
}

func (t *transaction) exec(statement string, arguments ...any) error {
	_, err := t.conn.ExecContext(t.ctx, statement, arguments...)
	return err
}

func (t *transaction) query(statement string, arguments ...any) (*sql.Rows, error) {
	return t.conn.QueryContext(t.ctx, statement, arguments...)
}

func (t *transaction) queryRow(statement string, arguments ...any) *sql.Row {
	return t.conn.QueryRowContext(t.ctx, statement, arguments...)
}

// read runs work on a snapshot of the registry, an empty one if there is no file yet.
func (s *storage) read(ctx context.Context, work func(*transaction) error) error {
	return describe(s.path, retryBusy(ctx, func() error {
		database, err := s.database(ctx)
		if err != nil {
			return err
		}
		if database != nil {
			err := transact(ctx, database, "BEGIN", false, func(t *transaction) error {
				version, err := schemaVersionOf(t.ctx, t.conn, s.path)
				if err == nil && version == 0 {
					err = errNoSchema
				}
				if err != nil {
					return err
				}
				return work(t)
			})
			if !errors.Is(err, errNoSchema) {
				return err
			}
		}
		return s.rehearse(ctx, work)
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
	return describe(s.path, retryBusy(ctx, func() error {
		database, err := s.database(ctx)
		if err != nil {
			return err
		}
		if database == nil {
			// Only what succeeds on an empty registry may bring the file into being.
			if err := s.rehearse(ctx, work); err != nil {
				return err
			}
			if database, err = s.create(ctx); err != nil {
				return err
			}
		}
		if err := s.prepareWriting(ctx, database); err != nil {
			return err
		}
		return transact(ctx, database, "BEGIN IMMEDIATE", true, func(t *transaction) error {
			if err := initialize(t, s.path); err != nil {
				return err
			}
			return work(t)
		})
	}))
}

// create makes the file. Two processes may do so at once: the schema is written by whoever writes first.
func (s *storage) create(ctx context.Context) (*sql.DB, error) {
	if _, err := os.Stat(filepath.Dir(s.path)); err != nil {
		return nil, storageErrorf(s.path, nil, "cannot be created: the folder %s does not exist, create it first",
			filepath.Dir(s.path))
	}
	maker, err := sql.Open(driverName, dataSource(s.path, "mode=rwc"))
	if err != nil {
		return nil, err
	}
	err = transact(ctx, maker, "BEGIN IMMEDIATE", true, func(t *transaction) error { return initialize(t, s.path) })
	if err == nil {
		err = useWriteAheadLog(ctx, maker)
	}
	if err = errors.Join(err, maker.Close()); err != nil {
		return nil, err
	}
	return s.database(ctx)
}

// transact runs work between begin and the end of the transaction. A commit is not interrupted: its outcome
// would be unknown.
func transact(ctx context.Context, database *sql.DB, begin string, commit bool, work func(*transaction) error) error {
	conn, err := database.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // it only goes back to the pool
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		return err
	}
	steady := context.WithoutCancel(ctx)
	err = work(&transaction{ctx: ctx, conn: conn, now: time.Now().UnixMilli()})
	if err == nil && commit {
		err = retryBusy(steady, func() error {
			_, err := conn.ExecContext(steady, "COMMIT")
			return err
		})
		if err == nil {
			return nil
		}
	}
	if _, undo := conn.ExecContext(steady, "ROLLBACK"); undo != nil {
		// SQLite rolls some failures back itself. Whatever it was, this connection is not used again.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return err
}

// retryBusy repeats work while another process holds the lock it needs, up to lockWait.
func retryBusy(ctx context.Context, work func() error) error {
	deadline := time.Now().Add(lockWait)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := work()
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
