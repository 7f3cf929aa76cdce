package embedded

import (
	"path/filepath"
	"testing"
)

func TestARecordTellsWhichFilesItsLogGoesWith(t *testing.T) {
	history := []*commitRecord{nil}
	for range 2 * maxMarks {
		history = append(history, history[len(history)-1].next(uint64(max(0, len(history)-2)), 0))
	}
	newest := history[len(history)-1]
	if newest.number != 2*maxMarks || newest.copied != 2*maxMarks-2 {
		t.Fatalf("the newest record is of commit %d with %d in the file", newest.number, newest.copied)
	}
	for number, held := range history {
		if got, want := newest.comesFrom(held), number >= 2*maxMarks-2; got != want {
			t.Errorf("a file with commit %d fits: %t, want %t", number, got, want)
		}
	}
	if newest.comesFrom(newest.next(0, 0)) {
		t.Error("a file that is newer than its log fits")
	}
	for _, before := range []*commitRecord{history[len(history)-2], history[len(history)-3]} {
		if fork := before.next(0, 0); newest.comesFrom(fork) {
			t.Errorf("another commit %d fits", fork.number)
		}
	}
	// The computer has gone off: what was not on the disk yet is lost.
	lost := history[30].next(30, 17)
	lost.boot[0]++
	for number, held := range history[:32] {
		if got, want := lost.comesFrom(held), number >= 17 && number < 31; got != want {
			t.Errorf("after the computer has gone off a file with commit %d fits: %t, want %t", number, got, want)
		}
	}
	// A reader was in the way for longer than marks are kept.
	behind := history[10]
	for range maxMarks + 10 {
		behind = behind.next(10, 0)
	}
	if !behind.comesFrom(history[10]) || behind.comesFrom(history[9]) {
		t.Error("a file that could not be copied into for long does not fit, or one before it does")
	}
	if first := history[0].next(0, 0); !first.comesFrom(nil) || newest.comesFrom(nil) {
		t.Error("a file without a record goes with the first commits only")
	}
}

func TestARecordIsFoundInAPage(t *testing.T) {
	record := (*commitRecord)(nil).next(0, 0).next(1, 0).next(2, 1)
	page := make([]byte, 4096)
	for _, at := range []int{0, 7, 4096 - recordSize} {
		clear(page)
		copy(page[at:], record.bytes())
		if found := findRecord(page); found == nil || *found != *record {
			t.Errorf("at %d: found %v", at, found)
		}
	}
	clear(page)
	copy(page[4096-recordSize+1:], record.bytes())
	if found := findRecord(page); found != nil {
		t.Errorf("found %v in a page that is too short", found)
	}
}

// TestACommitTakesOneSync: what takes time in a write is to have it on the disk.
func TestACommitTakesOneSync(t *testing.T) {
	opened, err := Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	write := func(path, content string) {
		t.Helper()
		post(t, opened, path, content)
	}
	write("registered-models/create", `{"name": "m"}`)
	file, _, err := opened.storage.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkpoints := file.checkpoints.Load()
	settle := func() {
		checkpoints.settle()
		if size := logSize(opened.storage.path); size != 0 {
			t.Fatalf("the log was not emptied: it has %d bytes", size)
		}
	}
	settle()
	const writes = 300
	before, beforeCheckpoints := file.files.syncs.Load(), checkpoints.files.syncs.Load()
	for range writes {
		write("model-versions/create", `{"name": "m", "source": "s3://b/x"}`)
	}
	// A log that is used from its beginning again takes a sync for its header, and one of the file before.
	again := checkpoints.files.syncs.Load() - beforeCheckpoints
	if syncs := file.files.syncs.Load() - before; syncs < writes || syncs > writes+again || again > writes/10 {
		t.Errorf("%d writes took %d syncs, and checkpoints %d", writes, syncs, again)
	}
	settle()
	before = file.files.syncs.Load()
	write("model-versions/create", `{"name": "m", "source": "s3://b/x"}`)
	if syncs := file.files.syncs.Load() - before; syncs != 1 {
		t.Errorf("a write after a while took %d syncs, want 1", syncs)
	}
}
