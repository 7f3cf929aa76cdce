package embedded

import (
	"os"
	"sync/atomic"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// KillAtFileCall ends this process, as kill -9 does, before the given call of SQLite to the file or the log of a registry that
// is open: a write, a sync, a change of size or a lock of the log's index, counted from 1. It returns what tells how many
// there were.
func KillAtFileCall(fatal int64) (calls func() int64) {
	var count atomic.Int64
	next := func() {
		if count.Add(1) == fatal {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				_ = self.Kill() // it does not return
			}
			select {}
		}
	}
	vfs.mu.Lock()
	defer vfs.mu.Unlock()
	for _, made := range vfs.methods {
		table := memory[sqlite3.Tsqlite3_io_methods](made)
		replaceFunction(&table.FxWrite, transferFunction(
			func(tls *libc.TLS, file, buffer uintptr, amount int32, offset int64) int32 {
				next()
				return writeHooked(tls, file, buffer, amount, offset)
			}))
		replaceFunction(&table.FxTruncate, truncateFunction(func(tls *libc.TLS, file uintptr, size int64) int32 {
			next()
			return truncateHooked(tls, file, size)
		}))
		replaceFunction(&table.FxSync, syncFunction(func(tls *libc.TLS, file uintptr, flags int32) int32 {
			next()
			return syncHooked(tls, file, flags)
		}))
		replaceFunction(&table.FxShmLock, indexLockFunction(
			func(tls *libc.TLS, file uintptr, first, count, flags int32) int32 {
				next()
				return lockIndexHooked(tls, file, first, count, flags)
			}))
	}
	return count.Load
}
