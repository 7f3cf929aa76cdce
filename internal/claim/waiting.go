package claim

import (
	"context"
	"time"
)

const (
	// patience is how long a resource that leaves waits for one that keeps its object, or takes its stage, to be planned, while nothing
	// else is under way. Terraform plans up to ten resources at a time; what is not seen of it is its own work between two requests. Where
	// that was seen to take longer, as on a busy machine, patience is longer: so many times what it took, up to maxPatience.
	patience    = 250 * time.Millisecond
	paces       = 5
	maxPatience = 2 * time.Second
	// shortPatience is how long the next ones wait once somebody has waited in vain. That Terraform had nothing to send for all that time
	// says that all it is at work on waits as well, or that it is through: who is still to come is behind those who wait, and comes no
	// sooner for their waiting. A read or a validation of another resource, which its plan follows, ends the rest, so that this has to
	// cover milliseconds. Whoever comes later nevertheless meets the departure, and its plan fails: nothing is lost by waiting less.
	shortPatience = 25 * time.Millisecond
)

// waiting is who waits for claims. It is guarded by the ledger's mu.
type waiting struct {
	arrived chan struct{}
	// vain says that somebody has waited for the whole patience, and nobody came.
	vain bool
	// stays says that a resource was planned that stays.
	stays bool
}

// arrive wakes those who wait for something to be planned. The caller holds mu.
func (w *waiting) arrive() {
	if w.arrived != nil {
		close(w.arrived)
		w.arrived = nil
	}
}

// limit is how long to wait at rest, when Terraform has taken up to pace between two requests. Where nothing but destroys was planned by
// the time that somebody has waited in vain, it is the walk of terraform destroy, or no block is left: nobody keeps anything there.
func (w *waiting) limit(pace time.Duration) time.Duration {
	switch {
	case !w.vain:
		return max(patience, min(paces*pace, maxPatience))
	case w.stays:
		return max(shortPatience, min(pace, patience))
	}
	return 0
}

// await reports whether something is found, now or, as more is planned, within the patience. found is asked with mu held. await returns
// with mu held, so that the answer is still true.
func (l *Ledger) await(ctx context.Context, found func() bool) bool {
	walk := walkOf(ctx)
	defer walk.pause()()
	for {
		l.mu.Lock()
		if found() {
			return true
		}
		if l.arrived == nil {
			l.arrived = make(chan struct{})
		}
		arrived := l.arrived
		rest, pace, changed := walk.atRest()
		limit := l.limit(pace)
		l.mu.Unlock()
		var late <-chan time.Time
		if rest {
			late = time.After(limit)
		}
		select {
		case <-arrived:
		case <-changed:
		case <-late:
			l.mu.Lock()
			l.vain = true
			return found()
		case <-ctx.Done():
			l.mu.Lock()
			return found()
		}
	}
}
