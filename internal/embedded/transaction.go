package embedded

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// lockWait is how long a request waits for other processes before it is told to come again.
const lockWait = time.Minute

// transaction is the one short transaction in which a request is answered.
type transaction struct {
	ctx     context.Context
	session *session
	// now is the time of the request in milliseconds since 1970, MLflow's unit of time.
	now int64
}

func (t *transaction) exec(statement string, arguments ...any) error {
	return t.session.exec(t.ctx, statement, arguments...)
}

// change runs a statement and returns how many rows it changed.
func (t *transaction) change(statement string, arguments ...any) (int64, error) {
	return t.session.change(t.ctx, statement, arguments...)
}

func (t *transaction) query(statement string, arguments ...any) (*sql.Rows, error) {
	return t.session.query(t.ctx, statement, arguments...)
}

// all runs a query and reads each of its rows.
func all[T any](t *transaction, scan func(row scanner) (T, error), statement string, arguments ...any) ([]T, error) {
	rows, err := t.query(statement, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var found []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, rows.Err()
}

func (t *transaction) queryRow(statement string, arguments ...any) row {
	return t.session.queryRow(t.ctx, statement, arguments...)
}

// transact runs work between begin and the end of the transaction. A commit is not interrupted: its outcome
// would be unknown. Nor is a write, which is short; if nobody waits for it any more it is undone.
func transact(ctx context.Context, file *database, begin string, commit bool, work func(*transaction) error) error {
	session, err := file.take(ctx)
	if err != nil {
		return err
	}
	sound := false
	defer func() { file.give(session, sound) }()
	steady := context.WithoutCancel(ctx)
	during := ctx
	if commit {
		during = steady // to watch over each statement takes as long as the statement
	}
	// Nor is the begin: whether there is a transaction would be unknown.
	if err := session.exec(steady, begin); err != nil {
		sound = isBusy(err)
		return err
	}
	err = work(&transaction{ctx: during, session: session, now: time.Now().UnixMilli()})
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && commit {
		err = retryBusy(steady, func() error { return session.exec(steady, "COMMIT") })
		if err == nil {
			sound = true
			return nil
		}
	}
	// SQLite rolls some failures back itself. Whatever it was, such a connection is not used again.
	sound = session.exec(steady, "ROLLBACK") == nil
	return err
}

// retryBusy repeats work while another process holds the lock it needs, up to lockWait.
func retryBusy(ctx context.Context, work func() error) error {
	deadline := time.Now().Add(lockWait)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := work()
		if !isBusy(err) && !errors.Is(err, errWrittenMeanwhile) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
