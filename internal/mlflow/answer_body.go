package mlflow

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// bounds say how much of an answer is taken. What is beyond them is no answer of MLflow's, and would cost memory: 155 KB of gzip
// unpack to 160 MB, and those decode to gigabytes.
type bounds struct {
	// bytes bounds an answer, unpacked.
	bytes int64
	// ratio is how many times its size an answer may unpack to, beyond the first unpacked bytes, which are free.
	ratio, free int64
	// entries bounds the objects that a list of the answer holds; values bounds what stands in all its lists and objects.
	entries, values int
}

// usualBounds let 200,000 versions of 1 KiB pass, which is the most that MLflow puts into an answer, with 35 fields and tags each.
var usualBounds = bounds{bytes: 256 << 20, ratio: 200, free: 16 << 20, entries: 200_100, values: 8_000_000}

// errTooLong is an answer beyond the bounds.
var errTooLong = errors.New("the answer is too long")

// read returns the whole answer, unpacked. The error wraps errTooLong, or is that of the connection; what was read until then comes
// with it.
func (b bounds) read(response *http.Response) ([]byte, error) {
	packed := &countingReader{reader: response.Body}
	reader := io.Reader(packed)
	zipped := strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip")
	if zipped {
		unpacking, err := gzip.NewReader(packed)
		if err != nil {
			return nil, fmt.Errorf("the answer cannot be unpacked: %w", err)
		}
		reader = unpacking
		response.Header.Del("Content-Encoding")
		response.Header.Del("Content-Length")
	}
	var whole bytes.Buffer
	if length := response.ContentLength; !zipped && length > 0 && length <= b.bytes {
		whole.Grow(int(length) + bytes.MinRead)
	}
	shape := &shapeCounter{}
	for chunk := make([]byte, 32<<10); ; {
		count, err := reader.Read(chunk)
		whole.Write(chunk[:count])
		length := int64(whole.Len())
		switch {
		case length > b.bytes:
			return nil, fmt.Errorf("%w: more than %d bytes", errTooLong, b.bytes)
		case zipped && length > b.free && length > b.ratio*packed.count:
			return nil, fmt.Errorf("%w: %d bytes unpack to more than %d times as many", errTooLong, packed.count, b.ratio)
		}
		shape.count(chunk[:count])
		switch {
		case shape.entries > b.entries:
			return nil, fmt.Errorf("%w: a list of more than %d entries", errTooLong, b.entries)
		case shape.values > b.values:
			return nil, fmt.Errorf("%w: more than %d values", errTooLong, b.values)
		case err == io.EOF:
			return whole.Bytes(), nil
		case err != nil:
			return whole.Bytes(), err
		}
	}
}

// countingReader counts what is read from it.
type countingReader struct {
	reader io.Reader
	count  int64
}

func (r *countingReader) Read(into []byte) (int, error) {
	count, err := r.reader.Read(into)
	r.count += int64(count)
	return count, err
}

// shapeCounter counts what a JSON text holds, without making anything of it. Of what is no JSON it counts something, too, which does
// not matter: no page has millions of commas.
type shapeCounter struct {
	// entries are the objects in lists of the outermost object; values are all values.
	entries, values int

	depth           int
	inText, escaped bool
}

// entryDepth is how deep an entry lies: in a list, in an object.
const entryDepth = 3

func (s *shapeCounter) count(part []byte) {
	now := *s // In registers: every byte of every answer comes by here.
	for _, char := range part {
		switch {
		case now.escaped:
			now.escaped = false
		case char == '"':
			now.inText = !now.inText
		case now.inText:
			now.escaped = char == '\\'
		case char == ',':
			now.values++
		case char == '{', char == '[':
			now.depth++
			now.values++
			if now.depth == entryDepth {
				now.entries++
			}
		case char == '}', char == ']':
			now.depth--
		}
	}
	*s = now
}

// wholeBody is the body of an answer that has been read.
type wholeBody struct {
	*bytes.Reader
	content []byte
}

func newWholeBody(content []byte) *wholeBody { return &wholeBody{bytes.NewReader(content), content} }

// Close does nothing: there is nothing to close.
func (*wholeBody) Close() error { return nil }

// contentOf returns the body of an answer, which attemptTransport has read, without a copy.
func contentOf(response *http.Response) ([]byte, error) {
	if whole, ok := response.Body.(*wholeBody); ok {
		return whole.content, nil
	}
	return io.ReadAll(response.Body)
}
