package embedded

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// maxPrepared bounds the statements that a connection keeps: the filters of searches make ever new ones.
const maxPrepared = 100

// session is a connection with the statements that it has prepared, which otherwise take longer to read than
// to run. One request uses it at a time.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	current  bool // the file was seen to be a registry of this schemaVersion
}

// statement returns text prepared. Its rows must be closed before it is run again.
func (s *session) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if known, ok := s.prepared[text]; ok {
		return known, nil
	}
	prepared, err := s.conn.PrepareContext(ctx, text)
	if err == nil {
		s.prepared[text] = prepared
	}
	return prepared, err
}

func (s *session) exec(ctx context.Context, text string, arguments ...any) error {
	_, err := s.change(ctx, text, arguments...)
	return err
}

// change runs a statement and returns how many rows it changed.
func (s *session) change(ctx context.Context, text string, arguments ...any) (int64, error) {
	prepared, err := s.statement(ctx, text) //nolint:sqlclosecheck // the session keeps it
	if err != nil {
		return 0, err
	}
	result, err := prepared.ExecContext(ctx, arguments...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (s *session) query(ctx context.Context, text string, arguments ...any) (*sql.Rows, error) {
	prepared, err := s.statement(ctx, text) //nolint:sqlclosecheck // the session keeps it
	if err != nil {
		return nil, err
	}
	return prepared.QueryContext(ctx, arguments...)
}

// row is the first row of a result, or why there is none.
type row struct {
	found *sql.Row
	err   error
}

// Scan reads the row; sql.ErrNoRows says that there is none.
func (r row) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.found.Scan(into...)
}

func (s *session) queryRow(ctx context.Context, text string, arguments ...any) row {
	prepared, err := s.statement(ctx, text) //nolint:sqlclosecheck // the session keeps it
	if err != nil {
		return row{err: err}
	}
	return row{found: prepared.QueryRowContext(ctx, arguments...)}
}

// record returns the page and the content of the record of the last commit; 0 and nil if the file has none.
func (s *session) record(ctx context.Context) (page int64, newest *commitRecord, err error) {
	steady := context.WithoutCancel(ctx) // as in transact
	if err := s.exec(steady, "BEGIN"); err != nil {
		return 0, nil, err
	}
	if err = s.queryRow(ctx, recordPage).Scan(&page); err == nil && page != 0 {
		newest, err = newestRecord(&transaction{ctx: ctx, session: s})
	}
	return page, newest, errors.Join(err, s.exec(steady, "ROLLBACK"))
}

// forget closes the statements.
func (s *session) forget() error {
	var err error
	for _, prepared := range s.prepared {
		err = errors.Join(err, prepared.Close())
	}
	s.prepared = map[string]*sql.Stmt{}
	return err
}

func (s *session) close() error { return errors.Join(s.forget(), s.conn.Close()) }

// discard closes the connection itself. To close a session gives its connection back to the pool, which hands it out
// again, perhaps in the middle of a transaction.
func (s *session) discard() {
	_ = s.forget()                                               // what it did is already known
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool's word for a connection to throw away
	_ = s.conn.Close()                                           // as it says itself by now
}

// database is an open SQLite file with its sessions. The last used is used first: it knows most statements.
type database struct {
	pool  *sql.DB
	slots chan struct{} // one for each session that is in use
	// watch and files are nil for what this process can only read.
	watch *fileWatch
	files *hookedFiles
	// frozen says that the file is read as if nobody could write it, without locks.
	frozen bool
	// checkpoints is there once this process writes.
	checkpoints atomic.Pointer[checkpointer]

	mu     sync.Mutex
	idle   []*session
	closed bool
}

// newDatabase takes over pool.
func newDatabase(pool *sql.DB, connections int) *database {
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return &database{pool: pool, slots: make(chan struct{}, connections)}
}

// take returns a session of which nobody else knows. Every one taken must be given back.
func (d *database) take(ctx context.Context) (*session, error) {
	select {
	case d.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if last := len(d.idle) - 1; last >= 0 {
		taken := d.idle[last]
		d.idle = d.idle[:last]
		return taken, nil
	}
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		<-d.slots
		return nil, err
	}
	return &session{conn: conn, prepared: map[string]*sql.Stmt{}}, nil
}

// give takes a session back. One that is not sound is not used again.
func (d *database) give(used *session, sound bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer func() { <-d.slots }()
	if len(used.prepared) > maxPrepared {
		sound = used.forget() == nil && sound
	}
	if sound && !d.closed {
		d.idle = append(d.idle, used)
		return
	}
	used.discard()
}

// ask runs a statement outside any transaction and reads its first row.
func (d *database) ask(ctx context.Context, text string, into ...any) error {
	asked, err := d.take(ctx)
	if err != nil {
		return err
	}
	err = asked.queryRow(ctx, text).Scan(into...)
	d.give(asked, err == nil || isBusy(err))
	return err
}

// record returns the page and the content of the record of the last commit; 0 and nil if the file has none.
func (d *database) record(ctx context.Context) (page int64, newest *commitRecord, err error) {
	asked, err := d.take(ctx)
	if err != nil {
		return 0, nil, err
	}
	page, newest, err = asked.record(ctx)
	d.give(asked, err == nil)
	return page, newest, err
}

// close closes the file when the requests under way are through, or after patience. Sessions in use then are closed
// when they are given back. Of all processes the last one that closes the file empties its log and deletes it.
func (d *database) close(patience time.Duration) error {
	waiting := time.After(patience)
	for range cap(d.slots) {
		select {
		case d.slots <- struct{}{}:
			continue
		default:
		}
		select {
		case d.slots <- struct{}{}:
			continue
		case <-waiting:
		}
		break
	}
	var err error
	if checkpoints := d.checkpoints.Load(); checkpoints != nil {
		err = checkpoints.close()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, unused := range d.idle {
		err = errors.Join(err, unused.close())
	}
	d.idle = nil
	err = errors.Join(err, d.pool.Close())
	if d.watch != nil {
		err = errors.Join(err, d.watch.close())
		noteOpen(d.watch.path, -1)
		d.files.forget()
	}
	return err
}

// abandon stops using the file and leaves it open, for SQLite to do nothing more to it.
func (d *database) abandon() {
	if checkpoints := d.checkpoints.Load(); checkpoints != nil {
		checkpoints.abandon()
	}
}
