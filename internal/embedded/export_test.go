package embedded

import (
	"os"
	"sync/atomic"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// KillAtFileCall ends this process, as kill -9 does, before the given call of SQLite to the file or the log of a registry that
// is open: a write, a sync, a change of size or a lock of the log's index, counted from 1. A write to the file at path is ended in
// its middle: Linux gives the file its new time before it copies the first page, and looks for a kill in between. It returns what
// tells how many calls there were.
func KillAtFileCall(fatal int64, path string) (calls func() int64) {
	var count atomic.Int64
	next := func(begun bool) {
		if count.Add(1) == fatal {
			if now := time.Now(); begun {
				_ = os.Chtimes(path, now, now)
			}
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
				next(reachesFile(hookedFileAt(file), offset))
				return writeHooked(tls, file, buffer, amount, offset)
			}))
		replaceFunction(&table.FxTruncate, truncateFunction(func(tls *libc.TLS, file uintptr, size int64) int32 {
			next(false)
			return truncateHooked(tls, file, size)
		}))
		replaceFunction(&table.FxSync, syncFunction(func(tls *libc.TLS, file uintptr, flags int32) int32 {
			next(false)
			return syncHooked(tls, file, flags)
		}))
		replaceFunction(&table.FxShmLock, indexLockFunction(
			func(tls *libc.TLS, file uintptr, first, count, flags int32) int32 {
				next(false)
				return lockIndexHooked(tls, file, first, count, flags)
			}))
	}
	return count.Load
}

// reachesFile reports whether a write at an offset is one to the file, and not held back.
func reachesFile(opened hookedFile, offset int64) bool {
	checkpoint := opened.checkpoint()
	return !opened.isLog && (checkpoint == nil || checkpoint.recordOffset == 0 || checkpoint.recorded || offset == checkpoint.recordOffset)
}
