package mlflow

import (
	"net/http"
	"sync"
	"time"
)

// serverClock follows the clock of whoever answers, by the header Date of each answer (RFC 9110, 6.6.1). The zero value follows
// none. It is safe for use by several goroutines at once.
type serverClock struct {
	mutex sync.RWMutex
	// date is what the last answer said, and heard is when it came, with the reading of this machine's monotonic clock.
	date, heard time.Time
}

// hear notes the time that an answer tells. One that a cache has kept, which its header Age shows, tells an old time.
func (c *serverClock) hear(header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || header.Get("Age") != "" {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.date, c.heard = date, time.Now()
}

func (c *serverClock) now() time.Time {
	c.mutex.RLock()
	defer c.mutex.RUnlock()
	if c.heard.IsZero() {
		return time.Now()
	}
	return c.date.Add(time.Since(c.heard))
}

// ServerTime returns what the server's clock shows now, by the last answer that told its time; this machine's clock before the
// first. Behind a proxy that writes the header Date itself, as nginx does, it is the proxy's clock. See registry.Clock for how
// exact it is.
func (c *Client) ServerTime() time.Time { return c.clock.now() }
