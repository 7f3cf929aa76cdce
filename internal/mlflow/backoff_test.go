package mlflow

import (
	"net/http"
	"testing"
	"time"
)

func TestBackoffDoublesWithJitterUpToALimit(t *testing.T) {
	wait := backoff(Config{BackoffFactor: 2})
	for attempt, seconds := range []float64{2, 4, 8, 16, 32, 64, 120, 120} {
		longest := time.Duration(seconds * float64(time.Second))
		seen := map[time.Duration]bool{}
		for range 50 {
			got := wait(0, 0, attempt, nil)
			if got < longest/2 || got > longest {
				t.Errorf("wait %d is %s, want between %s and %s", attempt, got, longest/2, longest)
			}
			seen[got] = true
		}
		if len(seen) < 10 {
			t.Errorf("wait %d has no jitter", attempt)
		}
	}
}

func TestJitterMakesAWaitLonger(t *testing.T) {
	wait := backoff(Config{BackoffFactor: 0.001, BackoffJitter: 3})
	longest := time.Duration(0)
	for range 200 {
		longest = max(longest, wait(0, 0, 0, nil))
	}
	if longest < 2*time.Second || longest > 3001*time.Millisecond {
		t.Errorf("the longest of 200 waits is %s, want nearly 3s", longest)
	}
}

func TestBackoffIsWhatRetryAfterAsksFor(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC).Format(http.TimeFormat)
	for text, want := range map[string]time.Duration{
		"0": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "Fri, 01 May 2026 12:00:30 GMT": 30 * time.Second,
		"Fri, 01 May 2026 11:00:00 GMT": 0, "": -1, "-3": -1, "soon": -1, "99999999999999": -1,
	} {
		got, ok := retryAfter(http.Header{"Retry-After": {text}, "Date": {now}})
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("Retry-After %q is %s, %v; want %s", text, got, ok, want)
		}
	}
	asked := &http.Response{Header: http.Header{"Retry-After": {"9"}}}
	if got := backoff(Config{BackoffFactor: 2})(0, 0, 0, asked); got != 9*time.Second {
		t.Errorf("wait %s, want 9s", got)
	}
	if got := backoff(Config{BackoffFactor: 2, IgnoreRetryAfter: true})(0, 0, 0, asked); got > 2*time.Second {
		t.Errorf("wait %s although Retry-After does not count", got)
	}
}
