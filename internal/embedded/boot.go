package embedded

import (
	"encoding/hex"
	"os"
	"strings"
	"sync"
)

// boot tells one run of a computer from the next: what was written to a file and not synced is lost in between. It is
// zero where that cannot be told.
type boot [16]byte

// thisBoot reads what Linux gives each boot. Other systems have nothing like it, or nothing that is always there.
var thisBoot = sync.OnceValue(func() (now boot) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return boot{}
	}
	id, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(string(text)), "-", ""))
	if err != nil || copy(now[:], id) != len(now) {
		return boot{}
	}
	return now
})
