package embedded

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// The write-ahead log of SQLite (https://www.sqlite.org/fileformat2.html, section 4): a header, then frames of a header
// and a page each. A frame counts if its salts are those of the header and its checksum goes on from the frame before.
const (
	logSuffix       = "-wal"
	logHeaderSize   = 32
	frameHeaderSize = 24
	logMagic        = 0x377f0682 // the lowest bit says in which byte order checksums are made
)

// logContent is what is known of a log.
type logContent struct {
	salts   [8]byte       // of its frames
	commits uint32        // the number of frames up to the last one of the last commit; 0 for no commit
	newest  *commitRecord // of the last commit; nil if none of this program's is in it
}

// readLog reads the commits in the log of the file at path. A log that is not there, or that SQLite would not read, has
// none.
func readLog(path string) (logContent, error) {
	var content logContent
	file, err := os.Open(path + logSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return content, nil
	}
	if err != nil {
		return content, storageErrorf(path, err, "has a write-ahead log that cannot be read")
	}
	defer file.Close() //nolint:errcheck // only read
	reader := bufio.NewReaderSize(file, 1<<16)
	header := make([]byte, logHeaderSize)
	if _, err := io.ReadFull(reader, header); err != nil {
		return content, endOfLog(path, err)
	}
	magic := binary.BigEndian.Uint32(header)
	pageSize := int(binary.BigEndian.Uint32(header[8:]))
	sum := logChecksum{order: binary.ByteOrder(binary.LittleEndian)}
	if magic&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(header[:24])
	if magic&^1 != logMagic || pageSize < 512 || pageSize > 65536 || !sum.is(header[24:]) {
		return content, nil
	}
	copy(content.salts[:], header[16:])
	var pending *commitRecord
	frame := make([]byte, frameHeaderSize+pageSize)
	for number := uint32(1); ; number++ {
		if _, err := io.ReadFull(reader, frame); err != nil {
			return content, endOfLog(path, err)
		}
		sum.add(frame[:8])
		sum.add(frame[frameHeaderSize:])
		if string(frame[8:16]) != string(content.salts[:]) || !sum.is(frame[16:]) {
			return content, nil
		}
		if found := findRecord(frame[frameHeaderSize:]); found != nil {
			pending = found
		}
		if binary.BigEndian.Uint32(frame[4:]) != 0 { // The last frame of a commit has the size of the file.
			content.commits = number
			if pending != nil {
				content.newest = pending
			}
		}
	}
}

// endOfLog tells the end of the log from a failure.
func endOfLog(path string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return storageErrorf(path, err, "has a write-ahead log that cannot be read")
}

// logChecksum is the running checksum of a log.
type logChecksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add takes in a multiple of eight bytes.
func (c *logChecksum) add(content []byte) {
	for ; len(content) >= 8; content = content[8:] {
		c.s0 += c.order.Uint32(content) + c.s1
		c.s1 += c.order.Uint32(content[4:]) + c.s0
	}
}

// is reports whether the eight bytes of stored are this checksum. They are big-endian whatever the order of the sums.
func (c *logChecksum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.s0 && binary.BigEndian.Uint32(stored[4:]) == c.s1
}

// The index of the log (https://www.sqlite.org/walformat.html, section 2.1), in the byte order of the computer: which
// log it is of, and how many of its frames a checkpoint has begun to copy.
const (
	indexSaltsAt     = 32
	indexAttemptedAt = 128
)

// wasCopied reports whether a checkpoint has begun to copy the last commit of the log. It looks at the index that a
// process left, and at nothing if this process has the file open: to close the index would let go of all locks on it
// (POSIX).
func (l logContent) wasCopied(path string) bool {
	var index []byte
	unlessOpen(path, func() {
		index, _ = os.ReadFile(path + indexSuffix) // without one nothing is known
	})
	if len(index) < indexAttemptedAt+4 || string(index[indexSaltsAt:indexSaltsAt+8]) != string(l.salts[:]) {
		return false
	}
	return binary.NativeEndian.Uint32(index[indexAttemptedAt:]) >= l.commits
}
