package usage

import (
	"os"
	"syscall"
)

// Peak returns the most memory that a program had at once, or one of the children that it waited for if that had more, in bytes.
func Peak(ended *os.ProcessState) (bytes int64, known bool) {
	usage, known := ended.SysUsage().(*syscall.Rusage)
	if !known {
		return 0, false
	}
	return int64(usage.Maxrss) * 1024, true //nolint:unconvert // It is an int32 where words have 32 bits.
}
