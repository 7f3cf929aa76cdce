package mlflow

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var _ registry.Clock = (*Client)(nil)

// dated is a server that answers with the given headers.
type dated struct{ headers chan http.Header }

func (d dated) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: <-d.headers,
		Body: io.NopCloser(strings.NewReader(`{"model_version": {"name": "m", "version": "7"}}`)),
	}, nil
}

func (d dated) client(t *testing.T) *Client {
	t.Helper()
	client, err := New(Config{BaseURL: "http://registry.example", Transport: d})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// hears makes the client read an answer with these headers, given as name, value, …
func (d dated) hears(t *testing.T, client *Client, headers ...string) {
	t.Helper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	d.headers <- header
	if _, err := client.Version(t.Context(), "m", 7); err != nil {
		t.Fatal(err)
	}
}

// In a bubble of synctest this machine's clock moves only while everybody waits.
func TestTheServersClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := dated{headers: make(chan http.Header, 1)}
		client := server.client(t)
		want := func(what string, want time.Time) {
			t.Helper()
			if got := client.ServerTime(); !got.Equal(want) {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		want("before the first answer", time.Now())
		server.hears(t, client)
		want("an answer that says no time", time.Now())

		noon := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC) // years ahead of this machine
		server.hears(t, client, "Date", noon.Format(http.TimeFormat))
		want("the server is ahead", noon)
		time.Sleep(90 * time.Second)
		want("90 seconds without an answer", noon.Add(90*time.Second))
		server.hears(t, client, "Date", "about noon")
		want("a date that is none", noon.Add(90*time.Second))
		server.hears(t, client, "Date", noon.Format(http.TimeFormat), "Age", "90")
		time.Sleep(time.Second)
		want("an answer that a cache kept", noon.Add(91*time.Second))

		past := time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)
		server.hears(t, client, "Date", past.Format(http.TimeFormat))
		time.Sleep(time.Second)
		want("the server was set back", past.Add(time.Second))
	})
}

func TestTheServersClockIsReadFromManyGoroutines(t *testing.T) {
	const many = 50
	server := dated{headers: make(chan http.Header, many)}
	client := server.client(t)
	noon := time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)
	var group sync.WaitGroup
	for range many {
		group.Go(func() {
			server.hears(t, client, "Date", noon.Format(http.TimeFormat))
			if ahead := client.ServerTime().Sub(noon); ahead < 0 || ahead > time.Minute {
				t.Errorf("%s after noon", ahead)
			}
		})
	}
	group.Wait()
}
