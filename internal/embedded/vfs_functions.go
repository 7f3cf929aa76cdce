package embedded

import (
	"strconv"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// What is not SQLite's own in the functions of files:
//
// A checkpoint copies into the database file without an fsync, and without counting what is copied, if it is told to.
// So the log stays the authority until a checkpoint of the usual kind, and what the usual one costs (an fsync of the
// database file, and a new header of the log with an fsync of its own) is paid once for many commits. SQLite counts
// pages as copied once the database file has been synced. Here that sync answers SQLITE_BUSY, which a checkpoint takes
// for "not this time", as if a reader were in its way.
//
// A checkpoint copies all commits or none. SQLite's would copy those pages which no reader needs as they are, and leave
// a file that is of no one state. And the page of the record is copied first, so that a file in which a checkpoint was
// begun has its record.
//
// A log that holds nothing but its header is not synced. SQLite syncs a new header before the frames because old frames
// may be behind it, which a crash in between could bring back. In a log that was empty there are none.

// The functions of a file, as the transpiled SQLite declares them.
type (
	closeFunction     func(tls *libc.TLS, file uintptr) int32
	transferFunction  func(tls *libc.TLS, file, buffer uintptr, amount int32, offset int64) int32 // read or write
	truncateFunction  func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunction      func(tls *libc.TLS, file uintptr, flags int32) int32
	sizeFunction      func(tls *libc.TLS, file, size uintptr) int32
	lockFunction      func(tls *libc.TLS, file uintptr, level int32) int32
	indexLockFunction func(tls *libc.TLS, file uintptr, first, count, flags int32) int32
)

// hookedFiles are the database file and the log of some connections.
type hookedFiles struct {
	id    int64
	syncs atomic.Int64 // how many there were
	// current is the checkpoint that the only connection makes, nil while it makes none.
	current *hookedCheckpoint
}

// hookedCheckpoint is one that copies all or nothing.
type hookedCheckpoint struct {
	uncounted    bool  // what it copies is neither synced nor counted as copied
	recordOffset int64 // where the page of the record is in the file; 0 if that is not known
	// begins is called before the log's index says that commits are being copied.
	begins func()
	// records is called once the page of the record was copied, or everything.
	records func()

	hasReaders bool       // who need the file as it is
	recorded   bool       // the page of the record was copied
	held       []heldPage // pages that come after it
	whole      bool       // everything was copied
}

// heldPage is a page that is to be written.
type heldPage struct {
	content []byte
	offset  int64
}

// newHookedFiles returns the state of the files of some connections, and the URI parameters that make them theirs.
func newHookedFiles() (*hookedFiles, string) {
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	vfs.lastID++
	files := &hookedFiles{id: vfs.lastID}
	vfs.users[files.id] = files
	return files, "vfs=" + vfsName + "&" + hookParameter + "=" + strconv.FormatInt(files.id, 10)
}

const hookParameter = "files"

// forget lets go of the state once no connection is made with it any more.
func (f *hookedFiles) forget() {
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	delete(vfs.users, f.id)
}

// hookedFile is an open file of which some functions are ours. The others, and those that ours call, are SQLite's.
type hookedFile struct {
	files     *hookedFiles
	isLog     bool
	functions *sqlite3.Tsqlite3_io_methods
}

func hookedFileAt(file uintptr) hookedFile {
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	return vfs.opened[file]
}

// checkpoint returns the checkpoint that is under way, nil for none.
func (h hookedFile) checkpoint() *hookedCheckpoint { return h.files.current }

// size returns the size of the file, -1 if it cannot be told.
func (h hookedFile) size(tls *libc.TLS, file uintptr) int64 {
	result := libc.Xcalloc(tls, 1, 8)
	defer libc.Xfree(tls, result)
	if rc := function[sizeFunction](&h.functions.FxFileSize)(tls, file, result); rc != sqlite3.SQLITE_OK {
		return -1
	}
	return *memory[int64](result)
}

func closeHooked(tls *libc.TLS, file uintptr) int32 {
	opened := hookedFileAt(file)
	vfs.mu.Lock()
	delete(vfs.opened, file)
	vfs.mu.Unlock()
	return function[closeFunction](&opened.functions.FxClose)(tls, file)
}

// The locks of a log's index (https://www.sqlite.org/walformat.html, section 2.3): readers of the file alone have the
// first, and readers of a state of the log one of the others.
const (
	readersOfFile = 3
	readersOfLog  = 4
	allReaders    = 8
)

// lockIndexHooked locks, but never for a checkpoint to write into the file while readers need what is there.
func lockIndexHooked(tls *libc.TLS, file uintptr, first, count, flags int32) int32 {
	opened := hookedFileAt(file)
	checkpoint := opened.checkpoint()
	exclusive := flags&sqlite3.SQLITE_SHM_LOCK != 0 && flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0 && count == 1
	if checkpoint != nil && exclusive && first == readersOfFile && checkpoint.hasReaders {
		return sqlite3.SQLITE_BUSY
	}
	rc := function[indexLockFunction](&opened.functions.FxShmLock)(tls, file, first, count, flags)
	if checkpoint != nil && exclusive && first >= readersOfLog && first < allReaders && rc == sqlite3.SQLITE_BUSY {
		checkpoint.hasReaders = true
	}
	if checkpoint != nil && exclusive && first == readersOfFile && rc == sqlite3.SQLITE_OK {
		checkpoint.begins()
	}
	return rc
}

// writeHooked writes; in a checkpoint the page of the record before all others.
func writeHooked(tls *libc.TLS, file, buffer uintptr, amount int32, offset int64) int32 {
	opened := hookedFileAt(file)
	write := function[transferFunction](&opened.functions.FxWrite)
	checkpoint := opened.checkpoint()
	if checkpoint == nil || opened.isLog || checkpoint.recordOffset == 0 || checkpoint.recorded {
		return write(tls, file, buffer, amount, offset)
	}
	if offset != checkpoint.recordOffset {
		content := append([]byte(nil), unsafe.Slice(memory[byte](buffer), amount)...)
		checkpoint.held = append(checkpoint.held, heldPage{content, offset})
		return sqlite3.SQLITE_OK
	}
	if rc := write(tls, file, buffer, amount, offset); rc != sqlite3.SQLITE_OK {
		return rc
	}
	return opened.writeHeld(tls, file)
}

// writeHeld writes the pages that were held back.
func (h hookedFile) writeHeld(tls *libc.TLS, file uintptr) int32 {
	checkpoint := h.checkpoint()
	if !checkpoint.recorded {
		checkpoint.records()
	}
	checkpoint.recorded = true
	for _, page := range checkpoint.held {
		buffer := libc.Xcalloc(tls, 1, libc.Tsize_t(len(page.content)))
		copy(unsafe.Slice(memory[byte](buffer), len(page.content)), page.content)
		rc := function[transferFunction](&h.functions.FxWrite)(tls, file, buffer, int32(len(page.content)), page.offset)
		libc.Xfree(tls, buffer)
		if rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	checkpoint.held = nil
	return sqlite3.SQLITE_OK
}

// truncateHooked gives a file its size, which is the end of a checkpoint that has copied everything. After most commits
// it is the size which the file has; to set it all the same would be a change for the file system to write down.
func truncateHooked(tls *libc.TLS, file uintptr, size int64) int32 {
	opened := hookedFileAt(file)
	if checkpoint := opened.checkpoint(); checkpoint != nil && !opened.isLog {
		if rc := opened.writeHeld(tls, file); rc != sqlite3.SQLITE_OK {
			return rc
		}
		if opened.size(tls, file) == size {
			return sqlite3.SQLITE_OK
		}
	}
	return function[truncateFunction](&opened.functions.FxTruncate)(tls, file, size)
}

// syncHooked syncs a file, unless it is a log of a header only, or a checkpoint is not to be counted. The log needs no
// sync then: the commits that are in it have synced it.
func syncHooked(tls *libc.TLS, file uintptr, flags int32) int32 {
	opened := hookedFileAt(file)
	checkpoint := opened.checkpoint()
	uncounted := checkpoint != nil && checkpoint.uncounted
	switch {
	case opened.isLog && (uncounted || opened.size(tls, file) == logHeaderSize):
		return sqlite3.SQLITE_OK
	case uncounted:
		checkpoint.whole = true
		return sqlite3.SQLITE_BUSY
	}
	opened.files.syncs.Add(1)
	return function[syncFunction](&opened.functions.FxSync)(tls, file, flags)
}
