package embedded

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"
)

// A log that seems foreign is looked at again, because a process that is writing changes both it and the file
// meanwhile.
const (
	logLooks     = 5
	logLookPause = 20 * time.Millisecond
	logPatience  = 10 * time.Second // for logs that never stay the same while they are looked at
)

// checkLog refuses a file beside which lies the write-ahead log of another: SQLite would play that log over it. It
// happens where a copy is put back over a registry that was not closed.
func checkLog(ctx context.Context, path string) error {
	looks := 0
	for deadline := time.Now().Add(logPatience); looks < logLooks && time.Now().Before(deadline); looks++ {
		before, err := os.Stat(path + logSuffix)
		if err != nil || before.Size() <= logHeaderSize {
			return nil //nolint:nilerr // without a log there is nothing to check
		}
		foreign, err := hasForeignLog(ctx, path)
		if err != nil || !foreign {
			return err
		}
		if after, err := os.Stat(path + logSuffix); err != nil || hasChanged(after, before) {
			looks = -1
		}
		select {
		case <-time.After(logLookPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if looks < logLooks {
		return nil
	}
	return foreignLog(path)
}

// foreignLogRemedy is what to do about a log that belongs to another state of its file.
const foreignLogRemedy = "Both are left as they are. Stop every process that uses the file; then delete the files that " +
	"end in -wal and -shm to go on with the file as it is now. The subcommand restore puts a copy back without this"

func foreignLog(path string) error {
	return storageErrorf(path, nil, "has a write-ahead log beside it (%s) that belongs to another state of it: a copy was "+
		"put back while the registry was in use, or after a process was killed. %s", baseName(path)+logSuffix,
		foreignLogRemedy)
}

func hasForeignLog(ctx context.Context, path string) (bool, error) {
	log, err := readLog(path)
	if err != nil || log.commits == 0 {
		return false, err
	}
	inFile, err := recordInFile(ctx, path)
	if err == nil && inFile == nil && log.newest != nil {
		inFile, err = recordAnywhere(path)
	}
	switch {
	case err != nil:
		return false, nil //nolint:nilerr // half a checkpoint, when the power went: the log mends it
	case log.newest == nil:
		// Another program has written the log, or a version that kept no records has, which knew another file.
		return inFile != nil && wasWrittenAfterLog(path), nil
	case !log.newest.comesFrom(inFile):
		return true, nil
	}
	// The record is copied first. A file that lacks it though it was copied has been given a state from before.
	return lacks(inFile, log.newest) && log.newest.isOfThisBoot() && log.wasCopied(path) && wasWrittenAfterLog(path), nil
}

// lacks reports whether a file that holds inFile has nothing to do with the commit newest: neither does it hold it, nor
// was it noted in the file that it was answered.
func lacks(inFile, newest *commitRecord) bool {
	return numberOf(inFile) < newest.number && (inFile == nil || inFile.answered < newest.number)
}

// wasWrittenAfterLog reports whether the file was changed after its log. A process that was killed when it had begun to
// copy a commit, and had copied nothing, has not done so (recordIsCopied).
func wasWrittenAfterLog(path string) bool {
	file, err := os.Stat(path)
	if err != nil {
		return false
	}
	log, err := os.Stat(path + logSuffix)
	return err == nil && file.ModTime().After(log.ModTime())
}

// checkAnswered refuses a file that lacks commits which were answered: its log is gone, or it is a copy that was made while
// a reader kept the file from getting them.
func (s *storage) checkAnswered(ctx context.Context, opened *database) error {
	var newest *commitRecord
	err := transact(ctx, opened, "BEGIN", false, func(t *transaction) (err error) {
		var tables int
		if err := t.queryRow(recordTables).Scan(&tables); err != nil || tables == 0 {
			return err
		}
		newest, err = newestRecord(t)
		return err
	})
	if err != nil || newest == nil || newest.answered <= newest.number || s.mayLack {
		return err
	}
	return storageErrorf(s.path, nil, "lacks the last %d writes that were answered: they were in its write-ahead log (%s), which "+
		"is not there any more, or was not copied along. Put the log back, or a whole copy of the registry. To go on without "+
		"those writes, copy the file to another name and put that copy back with the subcommand restore",
		newest.answered-newest.number, baseName(s.path)+logSuffix)
}

// recordAnywhere looks for a record in a file whose schema knows of none: the first one comes into the file before the schema
// does, and a process may have been killed in between.
func recordAnywhere(path string) (found *commitRecord, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	file, err := openPlain(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.close()) }()
	pages := make([]byte, 1<<16) // the largest page there is, and a multiple of every other
	for at := int64(0); at < info.Size() && found == nil && err == nil; at += int64(len(pages)) {
		if err = file.readAt(pages, at); err == nil {
			found = findRecord(pages)
		}
	}
	return found, err
}

// recordTables says whether a file has the table of the record.
const recordTables = "SELECT count(*) FROM sqlite_schema WHERE name = '" + recordTable + "'"

// recordInFile returns the record that the file itself holds, whatever its log does; nil if it has none.
func recordInFile(ctx context.Context, path string) (*commitRecord, error) {
	pool, err := sql.Open(driverName, dataSource(path, "mode=ro&immutable=1"))
	if err != nil {
		return nil, err
	}
	defer pool.Close() //nolint:errcheck // only read
	var tables int
	if err := pool.QueryRowContext(ctx, recordTables).Scan(&tables); err != nil {
		return nil, err
	}
	if tables == 0 {
		return nil, nil
	}
	var record []byte
	err = pool.QueryRowContext(ctx, "SELECT record FROM "+recordTable).Scan(&record)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return findRecord(record), err
}
