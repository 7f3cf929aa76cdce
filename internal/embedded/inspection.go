package embedded

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
)

// The header of an SQLite file (https://www.sqlite.org/fileformat.html, section 1.3).
const (
	headerSize        = 100
	headerMagic       = "SQLite format 3\x00"
	pageSizeAt        = 16
	changeCounterAt   = 24
	pageCountAt       = 28
	userVersionAt     = 60
	applicationIDAt   = 68
	versionValidForAt = 92
)

// errDamaged: the file was a registry.
var errDamaged = errors.New("the file is shorter than its own header says")

// inspect looks at the file without opening it as a database, so that one that is not a registry is told
// early and never touched. A missing or empty file passes: it is a registry to be.
func inspect(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return storageErrorf(path, err, "cannot be opened")
	case info.IsDir():
		return storageErrorf(path, nil, "is a folder: give the path of a file in it")
	case !info.Mode().IsRegular():
		return storageErrorf(path, nil, "is not a regular file")
	case info.Size() == 0:
		return nil
	}
	header, err := readHeader(path)
	if err != nil {
		return err
	}
	if string(header[:len(headerMagic)]) != headerMagic {
		return storageErrorf(path, nil, "is not an SQLite database; it is left as it is")
	}
	// A registry that was made this moment may still have both numbers in its write-ahead log.
	application := int(binary.BigEndian.Uint32(header[applicationIDAt:]))
	version := int(binary.BigEndian.Uint32(header[userVersionAt:]))
	if application != 0 || version != 0 {
		if err := checkIdentity(path, application, version); err != nil {
			return err
		}
	}
	return checkSize(path, header)
}

// readHeader reads the beginning of the file, zeros where it is too short.
func readHeader(path string) ([]byte, error) {
	file, err := openPlain(path)
	if err != nil {
		return nil, storageErrorf(path, err, "cannot be read")
	}
	header := make([]byte, headerSize)
	if err := errors.Join(file.readAt(header, 0), file.close()); err != nil {
		return nil, storageErrorf(path, err, "cannot be read")
	}
	return header, nil
}

// checkSize notices a file that was cut short. The number of pages in the header holds only if the header
// says so, and while a journal is there the pages may still be on their way. The size is looked at last: had
// a commit been under way when the header was read, it was over when there was no journal.
func checkSize(path string, header []byte) error {
	pageSize := int64(binary.BigEndian.Uint16(header[pageSizeAt:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	pages := int64(binary.BigEndian.Uint32(header[pageCountAt:]))
	counted := binary.BigEndian.Uint32(header[changeCounterAt:]) == binary.BigEndian.Uint32(header[versionValidForAt:])
	if pageSize >= 512 && (!counted || !atRest(path)) {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return storageErrorf(path, err, "cannot be opened")
	}
	if pageSize < 512 || pages*pageSize > info.Size() {
		return storageErrorf(path, errDamaged, "is damaged; it is left as it is. Restore it from a backup")
	}
	return nil
}

// checkIdentity says whether a database with this application_id and user_version is a registry known here.
func checkIdentity(path string, application, version int) error {
	switch {
	case application != applicationID:
		return storageErrorf(path, nil, "is an SQLite database of another application; it is left as it is. "+
			"An MLflow server's own database is reached through that server")
	case version > schemaVersion:
		return storageErrorf(path, nil, "was written by a newer version: it has schema version %d, and this one knows %d. "+
			"Upgrade to read it", version, schemaVersion)
	case version < 1:
		return storageErrorf(path, nil, "has the impossible schema version %d", version)
	}
	return nil
}
