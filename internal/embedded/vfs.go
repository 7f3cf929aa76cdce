package embedded

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite reaches files through a VFS, a table of functions. The one here is SQLite's own but for what vfs_functions.go
// has.

const vfsName = "mlregistry"

// openFunction opens a file, as the transpiled SQLite declares it.
type openFunction func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32

// vfs is registered with SQLite once in a process: SQLite's list of them is one for the process, too.
var vfs struct {
	once     sync.Once
	err      error
	original uintptr // SQLite's default VFS

	mu      sync.Mutex
	lastID  int64
	users   map[int64]*hookedFiles
	opened  map[uintptr]hookedFile
	methods map[uintptr]uintptr // SQLite's tables of a file's functions, and those with ours in them
}

// memory is what lies at an address that SQLite gave. It is outside Go's heap, where nothing moves; go vet, which does not
// know that, is told by the detour.
func memory[T any](address uintptr) *T {
	return (*T)(*(*unsafe.Pointer)(unsafe.Pointer(&address)))
}

// function turns a pointer to a C function, which is a Go function here, into one that can be called.
func function[F any](field *uintptr) F { return *(*F)(unsafe.Pointer(field)) }

// replaceFunction puts a Go function where C has a pointer to one.
func replaceFunction[F any](field *uintptr, with F) { *(*F)(unsafe.Pointer(field)) = with }

func registerVFS() error {
	vfs.once.Do(func() {
		vfs.users, vfs.opened, vfs.methods = map[int64]*hookedFiles{}, map[uintptr]hookedFile{}, map[uintptr]uintptr{}
		tls := libc.NewTLS()
		defer tls.Close()
		if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
			vfs.err = fmt.Errorf("SQLite cannot start: result code %d", rc)
			return
		}
		vfs.original = sqlite3.Xsqlite3_vfs_find(tls, 0)
		name, err := libc.CString(vfsName)
		if err != nil {
			vfs.err = err
			return
		}
		ours := copyOf[sqlite3.Tsqlite3_vfs](tls, vfs.original)
		table := memory[sqlite3.Tsqlite3_vfs](ours)
		table.FzName = name
		replaceFunction(&table.FxOpen, openFunction(openHooked))
		if rc := sqlite3.Xsqlite3_vfs_register(tls, ours, 0); rc != sqlite3.SQLITE_OK {
			vfs.err = fmt.Errorf("SQLite refuses a VFS: result code %d", rc)
		}
	})
	return vfs.err
}

// copyOf returns the address of a copy that is never freed.
func copyOf[T any](tls *libc.TLS, original uintptr) uintptr {
	copied := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(*new(T))))
	*memory[T](copied) = *memory[T](original)
	return copied
}

// openHooked opens a file as SQLite's VFS does, and puts our functions among its functions.
func openHooked(tls *libc.TLS, _, name, file uintptr, flags int32, outFlags uintptr) int32 {
	open := function[openFunction](&memory[sqlite3.Tsqlite3_vfs](vfs.original).FxOpen)
	rc := open(tls, vfs.original, name, file, flags, outFlags)
	if rc != sqlite3.SQLITE_OK || flags&(sqlite3.SQLITE_OPEN_MAIN_DB|sqlite3.SQLITE_OPEN_WAL) == 0 {
		return rc
	}
	parameter, err := libc.CString(hookParameter)
	if err != nil {
		return rc
	}
	id := sqlite3.Xsqlite3_uri_int64(tls, name, parameter, 0)
	libc.Xfree(tls, parameter)

	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	files := vfs.users[id]
	if files == nil {
		return rc
	}
	opened := memory[sqlite3.Tsqlite3_file](file)
	isLog := flags&sqlite3.SQLITE_OPEN_WAL != 0
	methods := hookedMethods(tls, opened.FpMethods)
	vfs.opened[file] = hookedFile{files, isLog, memory[sqlite3.Tsqlite3_io_methods](opened.FpMethods)}
	opened.FpMethods = methods
	return rc
}

// hookedMethods returns a table of functions with ours in it, which is made once for each of SQLite's. It needs the
// mutex.
func hookedMethods(tls *libc.TLS, original uintptr) uintptr {
	if made, ok := vfs.methods[original]; ok {
		return made
	}
	made := copyOf[sqlite3.Tsqlite3_io_methods](tls, original)
	table := memory[sqlite3.Tsqlite3_io_methods](made)
	replaceFunction(&table.FxClose, closeFunction(closeHooked))
	replaceFunction(&table.FxWrite, transferFunction(writeHooked))
	replaceFunction(&table.FxTruncate, truncateFunction(truncateHooked))
	replaceFunction(&table.FxSync, syncFunction(syncHooked))
	replaceFunction(&table.FxShmLock, indexLockFunction(lockIndexHooked))
	vfs.methods[original] = made
	return made
}
