package acctest

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Watcher polls who holds a stage, as a client that loads "the model in Production" does. It sees what a
// reader could have seen, so that a test can say that no reader ever saw two holders, or none.
type Watcher struct {
	stop func()
	done chan struct{}

	mutex    sync.Mutex
	reads    int
	failures int
	seen     map[string]observation
}

// observation is one set of holders and how often it was read.
type observation struct {
	holders []string
	reads   int
}

// failurePause keeps a watcher from hammering a server that does not answer.
const failurePause = 10 * time.Millisecond

// WatchStage starts to read the holders of a model's stage, one request after the other without a pause,
// until Stop or the end of the test. It returns after the first read, which must succeed.
func WatchStage(t testing.TB, registry *Registry, model, stage string) *Watcher {
	t.Helper()
	w, err := watch(func() ([]string, error) { return registry.holders(model, stage) })
	if err != nil {
		t.Fatalf("watcher of %s of %q: %v", stage, model, err)
	}
	t.Cleanup(w.Stop)
	return w
}

// WatchAlias starts to read which version an alias of a model points at, as WatchStage does for a stage: a reader who finds none sees
// no holder.
func WatchAlias(t testing.TB, registry *Registry, model, alias string) *Watcher {
	t.Helper()
	w, err := watch(func() ([]string, error) { return registry.aliased(model, alias) })
	if err != nil {
		t.Fatalf("watcher of %s of %q: %v", alias, model, err)
	}
	t.Cleanup(w.Stop)
	return w
}

func watch(read func() ([]string, error)) (*Watcher, error) {
	stopped := make(chan struct{})
	w := &Watcher{
		stop: sync.OnceFunc(func() { close(stopped) }),
		done: make(chan struct{}),
		seen: map[string]observation{},
	}
	first, err := read()
	if err != nil {
		return nil, err
	}
	w.record(first)
	go func() {
		defer close(w.done)
		for {
			select {
			case <-stopped:
				return
			default:
			}
			if holders, err := read(); err != nil {
				w.recordFailure()
				time.Sleep(failurePause)
			} else {
				w.record(holders)
			}
		}
	}()
	return w, nil
}

func (w *Watcher) record(holders []string) {
	key := strings.Join(holders, ",")
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.reads++
	seen := w.seen[key]
	seen.holders = holders
	seen.reads++
	w.seen[key] = seen
}

func (w *Watcher) recordFailure() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.failures++
}

// Stop ends the watch after the read under way. It may be called more than once.
func (w *Watcher) Stop() {
	w.stop()
	<-w.done
}

// Failures returns how many reads got no usable answer. They are not among Reads: a reader who was told
// nothing saw nothing.
func (w *Watcher) Failures() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.failures
}

// Reads returns how many reads were made so far: a test should demand enough of them to mean something.
func (w *Watcher) Reads() int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.reads
}

// Counts returns how many reads saw each number of holders.
func (w *Watcher) Counts() map[int]int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	counts := map[int]int{}
	for _, seen := range w.seen {
		counts[len(seen.holders)] += seen.reads
	}
	return counts
}

// Sets returns how many reads saw each set of holders, written as numbers with commas: "7", "7,8", "".
func (w *Watcher) Sets() map[string]int {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	sets := map[string]int{}
	for key, seen := range w.seen {
		sets[key] = seen.reads
	}
	return sets
}

// Max returns the greatest number of holders any read saw.
func (w *Watcher) Max() int { return slices.Max(slices.Collect(maps.Keys(w.Counts()))) }

// Min returns the smallest number of holders any read saw.
func (w *Watcher) Min() int { return slices.Min(slices.Collect(maps.Keys(w.Counts()))) }
