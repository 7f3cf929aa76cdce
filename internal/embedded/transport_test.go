package embedded_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
)

func TestTransportGivesUpWithTheContext(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	transport := embedded.Transport(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		w.WriteHeader(http.StatusOK) // nobody reads it any more
	}))
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://embedded/", nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		response, err := transport.RoundTrip(request)
		if err == nil {
			err = response.Body.Close()
		}
		failed <- err
	}()
	<-entered
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("RoundTrip = %v, want the context's error", err)
	}
}

// A client follows the server's clock by it.
func TestTransportTellsTheTime(t *testing.T) {
	transport := embedded.Transport(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://embedded/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Truncate(time.Second)
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil || date.Before(before) || date.After(time.Now()) {
		t.Errorf("Date %q (%v), want the time now", response.Header.Get("Date"), err)
	}
}

func TestTransportTurnsAPanicIntoAnError(t *testing.T) {
	transport := embedded.Transport(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://embedded/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
		t.Fatal("RoundTrip succeeded")
	}
	if !strings.Contains(err.Error(), "boom") {
		t.Errorf("RoundTrip = %v, want the panic's words", err)
	}
}

// closing is a body that notes that it was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestTransportPassesRequestsAndAnswersOnWhole(t *testing.T) {
	transport := embedded.Transport(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("X-Seen", r.Method+" "+r.RequestURI+" "+r.Host+" "+r.Header.Get("X-Sent"))
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Late", "not sent")
		_, _ = w.Write(content)
	}))
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			content := &closing{Reader: strings.NewReader("content")}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, "http://embedded/a%20b?c=d", content)
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("X-Sent", "yes")
			response, err := transport.RoundTrip(request)
			if err != nil {
				t.Error(err)
				return
			}
			text, err := io.ReadAll(response.Body)
			if err != nil || response.Body.Close() != nil || string(text) != "content" || response.ContentLength != 7 {
				t.Errorf("the body is %q (%v), its length %d", text, err, response.ContentLength)
			}
			if got, want := response.Header.Get("X-Seen"), "PATCH /a%20b?c=d embedded yes"; got != want {
				t.Errorf("the handler saw %q, want %q", got, want)
			}
			if response.StatusCode != http.StatusTeapot || response.Header.Get("X-Late") != "" || !content.closed {
				t.Errorf("status %d, late header %q, body closed: %t", response.StatusCode, response.Header.Get("X-Late"), content.closed)
			}
		})
	}
	group.Wait()
}
