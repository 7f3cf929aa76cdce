package acctest

import (
	"bytes"
	"sync"
)

// Buffer is an output that can be read while a program writes to it.
type Buffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

// Write adds to the output.
func (b *Buffer) Write(content []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(content)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.String()
}
