package mlflow

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// maxDials is how often a call tries to connect before it says that nobody is there: a server that
	// restarts is back within that time, and a wrong address should not take minutes to be told.
	maxDials = 5
	// maxWait is the longest wait between two attempts (BACKOFF_MAX of Python's urllib3).
	maxWait = 120 * time.Second
	// maxRetryAfter is the longest Retry-After that is waited for. A server that asks for more is taken at
	// its word: the call fails at once, with the server's message.
	maxRetryAfter = 5 * time.Minute
)

// checkRetry decides after each attempt whether there is another, and notes what the attempt came to.
// It never returns an error: the answer or error of the last attempt is what the caller should see.
func checkRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	current := callOf(ctx)
	if current == nil {
		return false, nil
	}
	current.attempts++
	over := ctx.Err() != nil
	switch {
	case err == nil:
		return current.retryAnswer(response) && !over, nil
	case over: // the error is the context's own: keep what an earlier attempt came to
		current.unclear = current.unclear || current.lost(err).Unknown
		return false, nil
	}
	return current.retryError(err), nil
}

func (c *call) retryError(err error) bool {
	c.last = c.lost(err)
	c.unclear = c.unclear || c.last.Unknown
	var attempt *attemptError
	if !errors.As(err, &attempt) || attempt.permanent {
		return false
	}
	if !attempt.sent {
		c.dials++
		return c.dials < maxDials
	}
	return c.repetition != once
}

func (c *call) retryAnswer(response *http.Response) bool {
	status := response.StatusCode
	if succeeded(status) {
		return false
	}
	body, err := contentOf(response)
	if err != nil {
		return false
	}
	c.last = c.answered(response, body)
	c.unclear = c.unclear || c.last.Unknown
	if c.last.RetryAfter > maxRetryAfter {
		return false
	}
	return retryableStatus(c, status)
}

// retryableStatus says whether an answer with status may be asked for again.
func retryableStatus(c *call, status int) bool {
	switch {
	case status == http.StatusTooManyRequests: // refused before anything was done
		return true
	case passes(status):
		return c.repetition != once
	}
	// A 500 is often lasting: it is asked again only where that costs nothing.
	return status == http.StatusInternalServerError && c.repetition == read
}

// backoff returns the wait before each repetition: what Retry-After asks for, or that of config.pause.
func backoff(config Config) retryablehttp.Backoff {
	return func(_, _ time.Duration, attempt int, response *http.Response) time.Duration {
		if response != nil && !config.IgnoreRetryAfter {
			if wait, ok := retryAfter(response.Header); ok {
				return wait
			}
		}
		return config.pause(attempt)
	}
}

// retryAfter reads the header Retry-After: a number of seconds, or a time (RFC 9110, 10.2.3), which is by the clock of the
// server that the header Date shows.
func retryAfter(header http.Header) (time.Duration, bool) {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(text); err == nil {
		now, err := http.ParseTime(header.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		return max(0, date.Sub(now)), true
	}
	return 0, false
}
