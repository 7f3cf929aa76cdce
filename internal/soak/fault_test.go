package soak_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// requestTimeout is the shortest that the provider can be given: it counts whole seconds.
const requestTimeout = time.Second

// faultKinds are what can happen to a request.
var faultKinds = map[string]acctest.FaultKind{
	"drop before":         acctest.DropBefore,
	"drop after":          acctest.DropAfter,
	"500":                 acctest.Status(http.StatusInternalServerError, nil, `{"error_code":"INTERNAL_ERROR","message":"injected"}`),
	"500 after":           acctest.StatusAfter(http.StatusInternalServerError, nil, "<html>Internal Server Error</html>"),
	"502":                 acctest.Status(http.StatusBadGateway, nil, "<html>Bad Gateway</html>"),
	"502 after":           acctest.StatusAfter(http.StatusBadGateway, nil, "<html>Bad Gateway</html>"),
	"503 with retry":      acctest.Status(http.StatusServiceUnavailable, map[string]string{"Retry-After": "0"}, "busy"),
	"503 after":           acctest.StatusAfter(http.StatusServiceUnavailable, map[string]string{"Retry-After": "0"}, "busy"),
	"429":                 acctest.Status(http.StatusTooManyRequests, map[string]string{"Retry-After": "0"}, "slow down"),
	"half a body":         acctest.HalfBody,
	"web page":            acctest.HTML,
	"late":                acctest.Delay(requestTimeout + 200*time.Millisecond),
	"answered late":       acctest.DelayAfter(requestTimeout + 200*time.Millisecond),
	"late but in time":    acctest.Delay(20 * time.Millisecond),
	"answered in a while": acctest.DelayAfter(20 * time.Millisecond),
}

// slowFaults cost a time-out each.
var slowFaults = []string{"late", "answered late"}

// hangs reports whether one of the faults makes a request hang.
func hangs(faults []fault) bool {
	return slices.ContainsFunc(faults, func(each fault) bool { return slices.Contains(slowFaults, each.kind) })
}

// fault happens to times requests of a walk in a row, from the one with the given number (the first is 1).
type fault struct {
	at, times int
	kind      string
}

func (f fault) String() string {
	if f.times == 1 {
		return fmt.Sprintf("%s at request %d", f.kind, f.at)
	}
	return fmt.Sprintf("%s at requests %d to %d", f.kind, f.at, f.at+f.times-1)
}

// crash kills the process at a request: before it gets through, or when the registry has done it. At 0 there is none.
type crash struct {
	at    int
	after bool
}

func (c crash) String() string {
	switch {
	case c.at == 0:
		return "none"
	case c.after:
		return fmt.Sprintf("after request %d", c.at)
	}
	return fmt.Sprintf("before request %d", c.at)
}

// arm puts the faults of a walk in place.
func (f *front) arm(faults []fault, death crash) {
	number := 0 // Matches run one at a time, and those of the fault added first for every request.
	f.Fault(func(acctest.Request) bool { number++; return false }, acctest.DropBefore, -1)
	if death.at > 0 {
		kill := sync.OnceFunc(func() { close(f.dead) })
		kind := acctest.DropBefore
		if death.after {
			kind = acctest.DropAfter
		}
		f.Fault(func(acctest.Request) bool { return number == death.at }, finally(kind, kill), 1)
		f.Fault(func(acctest.Request) bool { return number > death.at }, acctest.DropBefore, -1)
	}
	for _, each := range faults {
		f.Fault(func(acctest.Request) bool { return number >= each.at && number < each.at+each.times }, faultKinds[each.kind], -1)
	}
}

// finally makes a fault that calls then when it is over, before the client can tell.
func finally[X any](kind func(X), then func()) func(X) {
	return func(exchange X) {
		defer then()
		kind(exchange)
	}
}

// drawnFaults draws what happens to the requests of one walk: mostly nothing.
func drawnFaults(t *rapid.T) []fault {
	var kinds []string
	for kind := range faultKinds {
		if !slices.Contains(slowFaults, kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	var faults []fault
	for range rapid.SampledFrom([]int{0, 1, 1, 1, 2, 2, 3}).Draw(t, "number of faults") {
		each := fault{
			at:    rapid.IntRange(1, 24).Draw(t, "at"),
			times: rapid.SampledFrom([]int{1, 1, 1, 2, 3, 4, 9}).Draw(t, "times"),
			kind:  rapid.SampledFrom(kinds).Draw(t, "kind"),
		}
		if rapid.IntRange(0, 24).Draw(t, "slow") == 24 {
			each.kind, each.times = rapid.SampledFrom(slowFaults).Draw(t, "slow kind"), 1
		}
		faults = append(faults, each)
	}
	return faults
}

func drawnCrash(t *rapid.T) crash {
	if rapid.IntRange(0, 4).Draw(t, "crashes") < 4 {
		return crash{}
	}
	return crash{at: rapid.IntRange(1, 16).Draw(t, "crash at"), after: rapid.Bool().Draw(t, "crash after")}
}
