package usage

import (
	"os"
	"syscall"
)

// Peak returns the most memory that a program and its children had at once, in bytes.
func Peak(ended *os.ProcessState) (bytes int64, known bool) {
	usage, known := ended.SysUsage().(*syscall.Rusage)
	if !known {
		return 0, false
	}
	return int64(usage.Maxrss) * 1024, true //nolint:unconvert // It is an int32 where words have 32 bits.
}
