package embedded

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// plainFile is a database file without SQLite's cache and log. It is opened and closed by SQLite's VFS: were it closed
// by the operating system's own call, every lock that this process holds on the file, by any connection, would be gone
// (POSIX).
type plainFile struct {
	writable bool // the file may be written by this process

	mu     sync.Mutex
	tls    *libc.TLS
	file   uintptr // an sqlite3_file
	name   uintptr
	buffer uintptr
	room   int // of the buffer
}

// vfsError is a result code of a function of the VFS.
type vfsError struct {
	action string
	code   int32
}

func (e vfsError) Error() string {
	return fmt.Sprintf("unable to %s the file (SQLite's result code %d)", e.action, e.code)
}

// openPlain opens an existing file. What it returns must be closed.
func openPlain(path string) (*plainFile, error) {
	if err := registerVFS(); err != nil {
		return nil, err
	}
	zPath, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	p := &plainFile{tls: libc.NewTLS()}
	table := memory[sqlite3.Tsqlite3_vfs](vfs.original)
	const zero = 8 // bytes of nothing: an empty text, and then the flags
	scratch := libc.Xcalloc(p.tls, 1, zero)
	defer libc.Xfree(p.tls, scratch)
	p.name = sqlite3.Xsqlite3_create_filename(p.tls, zPath, scratch, scratch, 0, 0)
	libc.Xfree(p.tls, zPath)
	p.file = libc.Xcalloc(p.tls, 1, libc.Tsize_t(table.FszOsFile))
	open := function[openFunction](&table.FxOpen)
	rc := open(p.tls, vfs.original, p.name, p.file, sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_MAIN_DB, scratch)
	if rc != sqlite3.SQLITE_OK {
		p.free()
		return nil, vfsError{"open", rc}
	}
	p.writable = *memory[int32](scratch)&sqlite3.SQLITE_OPEN_READONLY == 0
	return p, nil
}

// methods returns SQLite's functions for the file.
func (p *plainFile) methods() *sqlite3.Tsqlite3_io_methods {
	return memory[sqlite3.Tsqlite3_io_methods](memory[sqlite3.Tsqlite3_file](p.file).FpMethods)
}

// readAt reads what is in the file at offset. Beyond its end there are zeros.
func (p *plainFile) readAt(into []byte, offset int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == 0 {
		return errClosed
	}
	p.makeRoom(len(into))
	read := function[transferFunction](&p.methods().FxRead)
	switch rc := read(p.tls, p.file, p.buffer, int32(len(into)), offset); rc {
	case sqlite3.SQLITE_OK, sqlite3.SQLITE_IOERR_SHORT_READ:
		copy(into, unsafe.Slice(memory[byte](p.buffer), len(into)))
		return nil
	default:
		return vfsError{"read", rc}
	}
}

// writeAt writes into the file at offset.
func (p *plainFile) writeAt(content []byte, offset int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == 0 {
		return errClosed
	}
	p.makeRoom(len(content))
	copy(unsafe.Slice(memory[byte](p.buffer), len(content)), content)
	write := function[transferFunction](&p.methods().FxWrite)
	if rc := write(p.tls, p.file, p.buffer, int32(len(content)), offset); rc != sqlite3.SQLITE_OK {
		return vfsError{"write", rc}
	}
	return nil
}

// makeRoom makes the buffer large enough.
func (p *plainFile) makeRoom(size int) {
	if p.room < size {
		libc.Xfree(p.tls, p.buffer)
		p.buffer, p.room = libc.Xcalloc(p.tls, 1, libc.Tsize_t(size)), size
	}
}

// lockAlone takes the file for this process alone, which no other connection may have open, and keeps it until it is
// closed.
func (p *plainFile) lockAlone() (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	lock := function[lockFunction](&p.methods().FxLock)
	for _, level := range []int32{sqlite3.SQLITE_LOCK_SHARED, sqlite3.SQLITE_LOCK_EXCLUSIVE} {
		switch rc := lock(p.tls, p.file, level); rc {
		case sqlite3.SQLITE_OK:
		case sqlite3.SQLITE_BUSY:
			return false, nil
		default:
			return false, vfsError{"lock", rc}
		}
	}
	return true, nil
}

func (p *plainFile) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == 0 {
		return nil
	}
	closing := function[closeFunction](&p.methods().FxClose)
	rc := closing(p.tls, p.file)
	p.free()
	if rc != sqlite3.SQLITE_OK {
		return vfsError{"close", rc}
	}
	return nil
}

func (p *plainFile) free() {
	libc.Xfree(p.tls, p.file)
	libc.Xfree(p.tls, p.buffer)
	sqlite3.Xsqlite3_free_filename(p.tls, p.name)
	p.tls.Close()
	p.file = 0
}

// openPaths counts the databases that this process has open. What is closed while one is open takes its locks away
// (POSIX), and that holds for the process.
var openPaths = struct {
	mu    sync.Mutex
	count map[string]int
}{count: map[string]int{}}

// noteOpen notes that a database was opened (1) or closed (-1).
func noteOpen(path string, change int) {
	openPaths.mu.Lock()
	defer openPaths.mu.Unlock()
	if openPaths.count[path] += change; openPaths.count[path] == 0 {
		delete(openPaths.count, path)
	}
}

// unlessOpen does something while this process has the database not open.
func unlessOpen(path string, do func()) {
	openPaths.mu.Lock()
	defer openPaths.mu.Unlock()
	if openPaths.count[path] == 0 {
		do()
	}
}
