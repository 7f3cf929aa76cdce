package acctest

import (
	"errors"
	"maps"
	"sync/atomic"
	"testing"
)

func TestWatcherCountsWhatEveryReadSaw(t *testing.T) {
	script := [][]string{{"7"}, {"7"}, {}, {"7", "8"}, {"8"}}
	var next atomic.Int64
	over := make(chan struct{})
	w, err := watch(func() ([]string, error) {
		i := next.Add(1) - 1
		switch {
		case i < int64(len(script)):
			return script[i], nil
		case i == int64(len(script)):
			close(over)
		}
		return nil, errors.New("nothing more to read")
	})
	if err != nil {
		t.Fatal(err)
	}
	<-over
	w.Stop()
	w.Stop()
	if w.Reads() != 5 || w.Failures() == 0 {
		t.Errorf("%d reads, %d failures; want 5 and at least 1", w.Reads(), w.Failures())
	}
	if got, want := w.Counts(), map[int]int{0: 1, 1: 3, 2: 1}; !maps.Equal(got, want) {
		t.Errorf("Counts = %v, want %v", got, want)
	}
	if got, want := w.Sets(), map[string]int{"": 1, "7": 2, "7,8": 1, "8": 1}; !maps.Equal(got, want) {
		t.Errorf("Sets = %v, want %v", got, want)
	}
	if w.Max() != 2 || w.Min() != 0 {
		t.Errorf("Max %d, Min %d; want 2 and 0", w.Max(), w.Min())
	}
}

func TestWatcherNeedsAFirstRead(t *testing.T) {
	broken := errors.New("no server")
	if _, err := watch(func() ([]string, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
