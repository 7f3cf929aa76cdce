package embedded

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// slowClient takes nothing of an answer until it is told to.
type slowClient struct {
	*httptest.ResponseRecorder
	offered chan<- struct{}
	take    <-chan struct{}
	once    sync.Once
}

func (s *slowClient) Write(part []byte) (int, error) {
	s.once.Do(func() {
		s.offered <- struct{}{}
		<-s.take
	})
	return s.ResponseRecorder.Write(part)
}

func searchRequest(ctx context.Context, query string) *http.Request {
	return httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/2.0/mlflow/model-versions/search?"+query, nil)
}

// soon fails the test if work is not done in a minute.
func soon(t *testing.T, what string, work func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%s took more than a minute", what)
	}
}

func TestLongSearchesLeaveRoomForEverybodyElse(t *testing.T) {
	const searches = 8
	opened := crowded(t, 10_000) // an answer of some megabytes
	offered, take := make(chan struct{}, searches), make(chan struct{})
	var group sync.WaitGroup
	answers := make([]*slowClient, searches)
	for i := range answers {
		answers[i] = &slowClient{ResponseRecorder: httptest.NewRecorder(), offered: offered, take: take}
		group.Go(func() { opened.ServeHTTP(answers[i], searchRequest(t.Context(), "")) })
	}
	soon(t, "to fill the lane", func() {
		for range maxLarge {
			<-offered
		}
	})
	// Nobody takes the answers of the long ones. Whatever is short is answered all the same.
	for range 3 {
		for _, each := range []struct{ method, path, body string }{
			{http.MethodGet, "registered-models/get?name=m", ""},
			{http.MethodGet, "model-versions/search?max_results=10", ""},
			{http.MethodGet, "registered-models/search", ""},
			{http.MethodPost, "model-versions/create", `{"name": "m", "source": "s3://b/x"}`},
		} {
			soon(t, each.path, func() {
				answer := request(t.Context(), t, opened, each.method, each.path, each.body)
				_ = answer.Body.Close()
				if answer.StatusCode != http.StatusOK {
					t.Errorf("%s answered %s", each.path, answer.Status)
				}
			})
		}
	}
	if waiting := len(offered); waiting != 0 {
		t.Errorf("%d long answers more than %d are in memory", waiting, maxLarge)
	}
	// A client that does not want to wait for a place goes away.
	leaving, leave := context.WithCancel(t.Context())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		opened.ServeHTTP(httptest.NewRecorder(), searchRequest(leaving, ""))
	}()
	leave()
	soon(t, "to go away", func() { <-gone })

	close(take)
	soon(t, "to answer all searches", group.Wait)
	for i, answer := range answers {
		if answer.Code != http.StatusOK || answer.Body.Len() < smallAnswer {
			t.Errorf("search %d answered %d with %d bytes", i, answer.Code, answer.Body.Len())
		}
	}
	lanes := opened.storage.lanes
	if busy := len(lanes.slow) + len(lanes.quick) + len(lanes.large); busy != 0 {
		t.Errorf("%d places are taken after all", busy)
	}
}

// TestSlowSearchesDoNotWaitForClientsThatAreSlow: every place for a large answer is taken, and a search takes its time.
func TestSlowSearchesDoNotWaitForClientsThatAreSlow(t *testing.T) {
	opened := crowded(t, 100)
	for range maxLarge {
		opened.storage.lanes.large <- struct{}{}
	}
	var group sync.WaitGroup
	for range maxQuick + maxSlow + 1 {
		group.Go(func() {
			_, sent, err := opened.storage.search(t.Context(), "model_versions", func(tx *transaction, answer *longAnswer) error {
				ctx, cancel := context.WithTimeout(tx.ctx, 3*quickTime)
				defer cancel()
				<-ctx.Done()
				if err := tx.ctx.Err(); err != nil {
					return err
				}
				answer.end("")
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			sent()
		})
	}
	soon(t, "to find", group.Wait)
}

func TestASearchEndsWhenItsClientHasGone(t *testing.T) {
	opened := crowded(t, 20_000)
	// It compares each pair of versions: hours, if nothing stops it.
	endless := func(tx *transaction, _ *longAnswer) error {
		var count int
		return tx.queryRow("SELECT count(*) FROM model_versions a, model_versions b, model_versions c WHERE a.source < b.source || c.source").
			Scan(&count)
	}
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, _, err := opened.storage.search(ctx, "model_versions", endless)
		ended <- err
	}()
	soon(t, "to become a long search", func() {
		for len(opened.storage.lanes.slow) == 0 {
			time.Sleep(time.Millisecond)
		}
	})
	leave()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("the search ended without an error")
		}
	case <-time.After(time.Minute):
		t.Fatal("the search goes on for nobody")
	}
	if busy := len(opened.storage.lanes.slow); busy != 0 {
		t.Errorf("%d places are taken after all", busy)
	}
}
