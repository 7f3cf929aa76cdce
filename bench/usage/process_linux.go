package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor times in /proc: USER_HZ, which is 100 on every architecture that Go knows.
const tick = time.Second / 100

// highWater returns the most memory that a running program had so far, 0 if it has ended.
func highWater(pid int) (bytes int64) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib * 1024
		}
	}
	return 0 // A program that has ended and was not waited for yet.
}

// Users returns the user CPU that running programs have taken so far, with all their descendants, those that have ended and
// were waited for included. It is not known outside Linux.
func Users(pids ...int) (total time.Duration, known bool) {
	type process struct {
		parent int
		user   time.Duration
	}
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, false
	}
	running := make(map[int]process)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // It has ended.
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2]) // It is a number by the pattern.
		// The name, in parentheses, may hold anything; after it come the state, the parent and, as 14th and 16th of all, utime and cutime.
		fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
		if len(fields) < 14 {
			return 0, false
		}
		var numbers [3]int
		for place, field := range []int{1, 11, 13} {
			if numbers[place], err = strconv.Atoi(fields[field]); err != nil {
				return 0, false
			}
		}
		running[pid] = process{parent: numbers[0], user: time.Duration(numbers[1]+numbers[2]) * tick}
	}
	wanted := make(map[int]bool)
	for _, pid := range pids {
		if _, known = running[pid]; !known {
			return 0, false
		}
		wanted[pid] = true
	}
	for pid, p := range running {
		for at := pid; at > 1; at = running[at].parent {
			if wanted[at] {
				total += p.user
				break
			}
		}
	}
	return total, known
}
