package embedded

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"sync"
	"time"
)

// fileWatch notices that somebody has put other content into the file of an open registry. SQLite does not: it goes by
// the write-ahead log, takes what its cache holds for the truth, and would copy its own pages over the new content.
type fileWatch struct {
	path    string
	plain   *plainFile
	mu      sync.Mutex
	content []byte        // room for the page of the record
	page    int64         // which page that is, counted from 1; 0 while it is not known
	log     os.FileInfo   // of the log, nil while this process does not write
	info    os.FileInfo   // of the file when it was last looked at
	inFile  *commitRecord // what it held then
	synced  uint64        // the newest commit that it is known to have held on the disk
	current *commitRecord // the last commit of this process, nil if another is likely to have come since
}

// recordPage finds the page of the record, 0 for none.
const recordPage = "SELECT coalesce((SELECT rootpage FROM sqlite_schema WHERE name = '" + recordTable + "'), 0)"

// locate finds the page of the record, which the table's only row is always in. It needs the mutex.
func (w *fileWatch) locate(t *transaction) error {
	var root, size int64
	err := t.queryRow(recordPage+", (SELECT page_size FROM pragma_page_size)").Scan(&root, &size)
	if err != nil || root == 0 {
		return err
	}
	w.content, w.page = make([]byte, size), root
	return nil
}

func (w *fileWatch) close() error { return w.plain.close() }

// offset returns where the page of the record is in the file; 0 while it is not known.
func (w *fileWatch) offset() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(0, w.page-1) * int64(len(w.content))
}

// start takes the file for what it is now.
func (w *fileWatch) start(t *transaction) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.locate(t)
}

// look returns what the file holds. It needs the mutex.
func (w *fileWatch) look() (*commitRecord, error) {
	if w.page == 0 {
		return nil, nil
	}
	if err := w.plain.readAt(w.content, (w.page-1)*int64(len(w.content))); err != nil {
		return nil, err
	}
	return findRecord(w.content), nil
}

// noteLog notes which log the file has. The caller has a connection that keeps it there.
func (w *fileWatch) noteLog() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if info, err := os.Stat(w.path + logSuffix); err == nil {
		w.log = info
	}
}

// lostLog reports whether the log that was noted is not where it was: somebody has deleted it. Other processes have
// another one then.
func (w *fileWatch) lostLog() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.log == nil {
		return false
	}
	now, err := os.Stat(w.path + logSuffix)
	return err != nil || !os.SameFile(now, w.log)
}

// copyLead is by how much a log is made younger than its file before the record is copied: longer than it takes to write a page.
const copyLead = 10 * time.Second

// recordIsCopied makes the log younger than the file, before the page of the record is copied: a process that is killed then
// leaves a file that was not written after its log (wasWrittenAfterLog). That goes for a kill within the write as well, which may have
// given the file its new time and no content.
func (w *fileWatch) recordIsCopied() { w.touchLog(copyLead) }

// recordWasCopied gives the log the present time, once the page of the record is in the file. A copy that is put back from now on
// is younger than the log.
func (w *fileWatch) recordWasCopied() { w.touchLog(0) }

func (w *fileWatch) touchLog(lead time.Duration) {
	if (thisBoot() == boot{}) {
		return // nobody looks at it
	}
	at := time.Now().Add(lead)
	_ = os.Chtimes(w.path+logSuffix, at, at) // Without it, a log that is sound may be refused.
}

// askRecord returns the page and the content of the record as a connection sees them.
type askRecord func(context.Context) (page int64, newest *commitRecord, err error)

// isOurs reports whether the file and its log can be those that were opened. It fails if that cannot be told now.
func (w *fileWatch) isOurs(ctx context.Context, ask askRecord) (bool, error) {
	info, err := os.Stat(w.path)
	if err != nil || w.lostLog() {
		return false, nil //nolint:nilerr // a file that is not there is none of ours
	}
	return w.isStillOurs(ctx, info, ask)
}

// isStillOurs reports whether the file, of which info is known, can be the one that was opened. It looks into it only
// when it has changed.
func (w *fileWatch) isStillOurs(ctx context.Context, info os.FileInfo, ask askRecord) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.info != nil && !hasChanged(info, w.info) {
		return true, nil
	}
	expected := func(inFile *commitRecord) bool { return goesOn(w.inFile, inFile) }
	inFile, err := w.lookFor(expected)
	if err != nil {
		return false, nil // as what is none of ours
	}
	if !expected(inFile) || numberOf(inFile) > numberOf(w.inFile) {
		// Another process has committed, or somebody has put another file into this one. Or the page of the record was moved,
		// which VACUUM does.
		page, newest, err := ask(ctx)
		if err != nil {
			return false, err
		}
		if !expected(inFile) && page != w.page {
			w.page = page
			if inFile, err = w.lookFor(expected); err != nil {
				return false, nil
			}
		}
		if !expected(inFile) || !newest.follows(inFile) {
			return false, nil
		}
	}
	w.info, w.inFile = info, inFile
	return true, nil
}

// lookFor looks until what it finds is expected, or what it finds is certain: another process may be writing the page
// just now. It needs the mutex.
func (w *fileWatch) lookFor(expected func(inFile *commitRecord) bool) (*commitRecord, error) {
	const looks, pause = 20, 2 * time.Millisecond
	inFile, err := w.look()
	for again := 1; again < looks && err == nil && !expected(inFile); again++ {
		time.Sleep(pause)
		inFile, err = w.look()
	}
	return inFile, err
}

// goesOn reports whether a file that held before can hold now. The number of its commits only grows.
func goesOn(before, now *commitRecord) bool {
	switch {
	case before == nil:
		return true
	case now == nil, now.number < before.number:
		return false
	}
	return now.number > before.number || now.mark() == before.mark()
}

// recordCommit makes the file a registry, or the newest there is, if it is not, and writes the record of the commit
// that t will be. It fails if the file is not the one that the log belongs to.
func (w *fileWatch) recordCommit(t *transaction) (*commitRecord, error) {
	if err := initialize(t, w.path); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	inFile, err := w.look()
	if err != nil {
		return nil, err
	}
	if w.current != nil && w.fits(w.current, inFile) {
		following := w.current.next(numberOf(inFile), w.synced)
		changed, err := t.change("UPDATE "+recordTable+" SET record = ? WHERE record = ?",
			following.bytes(), w.current.bytes())
		if err != nil || changed == 1 {
			return following, err
		}
	}
	if err := w.locate(t); err != nil { // It may have come, or moved.
		return nil, err
	}
	newest, err := newestRecord(t)
	if err != nil {
		return nil, err
	}
	expected := func(inFile *commitRecord) bool { return newest == nil || w.fits(newest, inFile) }
	if inFile, err = w.lookFor(expected); err != nil {
		return nil, err
	}
	if !expected(inFile) {
		return nil, replacedFile(w.path)
	}
	following := newest.next(numberOf(inFile), w.synced)
	return following, writeRecord(t, following)
}

// fits reports whether a file that holds the commit inFile is the one that the newest commit was made to. It needs the
// mutex.
func (w *fileWatch) fits(newest, inFile *commitRecord) bool {
	return newest.comesFrom(inFile) && goesOn(w.inFile, inFile)
}

// newestRecord returns the record of the last commit, nil if there is none.
func newestRecord(t *transaction) (*commitRecord, error) {
	var stored []byte
	err := t.queryRow("SELECT record FROM " + recordTable).Scan(&stored)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return findRecord(stored), err
}

func writeRecord(t *transaction, record *commitRecord) error {
	return t.exec("INSERT INTO "+recordTable+" (id, record) VALUES (1, ?1) ON CONFLICT DO UPDATE SET record = ?1",
		record.bytes())
}

// committed notes what this process has committed last; nil if it does not know. inFile says that the file itself holds
// it.
func (w *fileWatch) committed(record *commitRecord, inFile bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.current = record
	switch {
	case record == nil:
	case inFile && record.number > numberOf(w.inFile):
		w.inFile, w.info = record, nil
	case !inFile:
		w.noteAnswered(record.number)
	}
}

// noteAnswered writes into the file that a commit was answered which it lacks. Should the log get lost, the next process
// that opens the file knows. It needs the mutex.
func (w *fileWatch) noteAnswered(number uint64) {
	inFile, err := w.look()
	at := bytes.Index(w.content, []byte(recordMagic))
	if err != nil || inFile == nil || inFile.number >= number || at < 0 {
		return
	}
	content := binary.LittleEndian.AppendUint64(nil, number)
	// What fails here takes nothing from the commit.
	_ = w.plain.writeAt(content, (w.page-1)*int64(len(w.content))+int64(at+len(recordMagic)))
}

// syncing returns what notes, once the file was synced, which commit it certainly holds on the disk.
func (w *fileWatch) syncing() (done func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	inFile, err := w.look()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if err == nil {
			w.synced = max(w.synced, numberOf(inFile))
		}
	}
}

func numberOf(record *commitRecord) uint64 {
	if record == nil {
		return 0
	}
	return record.number
}

func deletedLog(path string) error {
	return storageErrorf(path, nil, "had a write-ahead log (%s) that was deleted or replaced while it was in use. Stop every "+
		"process that uses the file, and start them again", baseName(path)+logSuffix)
}

func replacedFile(path string) error {
	return storageErrorf(path, nil, "was replaced while it was in use, and its write-ahead log (%s) belongs to what it "+
		"was before. %s", baseName(path)+logSuffix, foreignLogRemedy)
}
