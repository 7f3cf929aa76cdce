package embedded

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
)

// Every commit of this program changes one row: its record. SQLite does not know which write-ahead log belongs to which
// file, and would play any log that lies beside a file back over it. The record tells: the newest one in a log names
// the commits from which the file beside it can come.

// recordMagic starts a record. It is found in a page of the file or of the log whatever else is in it: no text holds
// it, because it is no UTF-8.
const recordMagic = "\xff\xfemlregistry\xfe\xff1"

const (
	recordTable = "commits"
	// maxMarks is how many commits a record remembers.
	maxMarks   = 64
	recordSize = len(recordMagic) + 4*8 + len(boot{}) + 8*maxMarks
)

// commitRecord is what the registry keeps of its latest commits.
type commitRecord struct {
	// answered is the newest commit that was answered while the file itself could not get it. It is written into the
	// file past SQLite, and 0 in every record of a log.
	answered uint64
	number   uint64           // of the commit; the first is 1
	copied   uint64           // the newest commit that the file itself was known to hold when this one was made
	synced   uint64           // and the newest that it held on the disk
	boot     boot             // of the computer when this commit was made
	marks    [maxMarks]uint64 // a random number for each of the latest commits; that of commit n is at n % maxMarks
}

// next returns the record of the next commit, after which the file is known to hold the commits copied and, on the
// disk, synced.
func (r *commitRecord) next(copied, synced uint64) *commitRecord {
	following := &commitRecord{}
	if r != nil {
		*following = *r
	}
	following.answered = 0
	following.number++
	following.copied = max(following.copied, copied)
	following.synced = max(following.synced, synced)
	following.boot = thisBoot()
	var mark [8]byte
	_, _ = rand.Read(mark[:]) // it never fails
	following.marks[following.number%maxMarks] = binary.LittleEndian.Uint64(mark[:])
	return following
}

func (r *commitRecord) mark() uint64 { return r.marks[r.number%maxMarks] }

func (r *commitRecord) bytes() []byte {
	out := make([]byte, 0, recordSize)
	out = append(out, recordMagic...)
	out = binary.LittleEndian.AppendUint64(out, r.answered)
	out = binary.LittleEndian.AppendUint64(out, r.number)
	out = binary.LittleEndian.AppendUint64(out, r.copied)
	out = binary.LittleEndian.AppendUint64(out, r.synced)
	out = append(out, r.boot[:]...)
	for _, mark := range r.marks {
		out = binary.LittleEndian.AppendUint64(out, mark)
	}
	return out
}

// findRecord returns the record in a page, or nil if there is none.
func findRecord(page []byte) *commitRecord {
	at := bytes.Index(page, []byte(recordMagic))
	if at < 0 || len(page)-at < recordSize {
		return nil
	}
	rest := page[at+len(recordMagic):]
	take := func() uint64 {
		value := binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
		return value
	}
	found := &commitRecord{answered: take(), number: take(), copied: take(), synced: take()}
	rest = rest[copy(found.boot[:], rest):]
	for i := range found.marks {
		found.marks[i] = take()
	}
	return found
}

// comesFrom reports whether a file that holds the commit inFile can be the one that this record, the newest of its log
// or of its connections, belongs to. No record in the file is that of a file before the first commit. Of the commits in
// between that are too long ago to have a mark the number has to do. When the computer has gone off since, the file may
// have lost what was not yet on the disk.
func (r *commitRecord) comesFrom(inFile *commitRecord) bool {
	least := r.synced
	if r.isOfThisBoot() {
		least = r.copied
	}
	if inFile == nil {
		return least == 0
	}
	return inFile.number >= least && r.follows(inFile)
}

// follows reports whether this record is that of the commit earlier or of one after it, as far as marks are remembered.
func (r *commitRecord) follows(earlier *commitRecord) bool {
	switch {
	case earlier == nil:
		return true
	case r == nil, earlier.number > r.number:
		return false
	}
	return r.number-earlier.number >= maxMarks || r.marks[earlier.number%maxMarks] == earlier.mark()
}

// isOfThisBoot reports whether the computer has been on since the commit, as far as that is known.
func (r *commitRecord) isOfThisBoot() bool { return r.boot != boot{} && r.boot == thisBoot() }
