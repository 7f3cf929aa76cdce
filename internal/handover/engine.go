package handover

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// grace is how long a handover that has begun may go on after its caller was cancelled: long enough to finish or to give
// the stage back, short enough for somebody who waits after Ctrl-C.
const grace = 5 * time.Second

// Engine runs handovers in one registry. It is safe for concurrent use; handovers of one model are run one at a time.
type Engine struct {
	registry registry.Registry
	way      Way
	pacing   registry.Pacing
	clock    registry.Clock
	locks    locks
	// flagIgnored is set once the server was seen to ignore archive_existing_versions.
	flagIgnored atomic.Bool
	// markRefused is the registry's refusal of UnfinishedTag, once a version was registered without it; nil before.
	markRefused atomic.Pointer[error]
	moves       moves
	runs        runs
	finishing   finishing
	// pause waits before a machine's next look. Tests replace it.
	pause func(ctx context.Context, action Action)
}

// New returns an engine that reads and writes through target, whose Versions must not be served from a cache.
func New(target registry.Registry, way Way, options ...Option) *Engine {
	e := &Engine{registry: target, way: way, clock: localClock{}, pacing: registry.Pacing{Repetitions: maxAttempts - 1}}
	e.pause = e.sleep
	for _, option := range options {
		option(e)
	}
	return e
}

// Seer is a registry that keeps what it has read.
type Seer interface {
	// Recent returns the versions of a model if the model's own request has read them within limit, and this process has written nothing
	// to the model since. It asks nobody.
	Recent(model string, limit time.Duration) ([]registry.Version, bool)
}

// Option is a setting of an engine.
type Option func(*Engine)

// WithPacing makes the engine repeat a transition that had no effect as often, and after as long, as the client repeats
// other requests.
func WithPacing(pacing registry.Pacing) Option { return func(e *Engine) { e.pacing = pacing } }

// WithClock makes leases run in the time of clock, which is the server's. Without it they run in the time of this machine.
func WithClock(clock registry.Clock) Option { return func(e *Engine) { e.clock = clock } }

// localClock is the clock of this machine.
type localClock struct{}

func (localClock) ServerTime() time.Time { return time.Now() }

// Outcome is what a handover left behind.
type Outcome struct {
	// Versions are all versions of the model as they were last read.
	Versions []registry.Version
	// From is the stage that the version was in before; the goal's own when it was there already.
	From registry.Stage
	// Archived are the versions that the handover moved out of the stage, in ascending order.
	Archived []registry.Number
	// Overtaken are versions that took the stage after the last look and went with the promotion, although no reviewer
	// saw them: no server can be asked to refuse then. Whoever promoted them may have been told that it went well.
	Overtaken []registry.Number
	// Unread is why the holders could not be read after the promotion, which the server had answered; nil when they were
	// read. Versions are from before the promotion then.
	Unread error
}

// View returns who holds which exclusive stage after the handover: as it was read back or, where that failed, as the server must
// have left it.
func (o Outcome) View(goal Goal) View {
	view := Observe(o.Versions)
	if o.Unread == nil {
		return view
	}
	if goal.Exclusive() {
		view[goal.Stage] = nil
	}
	return view.With(registry.Version{Number: goal.Version, Stage: goal.Stage})
}

// Run brings the goal about. Before the first write it refuses with the errors of Plan, and nothing was changed; later
// errors are *FailedError, *DisplacedError, *UnsettledError or *MissingError. A promotion of an existing version costs
// three requests: look, transition, look.
func (e *Engine) Run(ctx context.Context, goal Goal) (Outcome, error) {
	unlock, err := e.locks.lock(ctx, goal.Model)
	if err != nil {
		return Outcome{}, err
	}
	defer unlock()
	return e.run(ctx, goal)
}

// run is Run under the model's lock.
func (e *Engine) run(ctx context.Context, goal Goal) (Outcome, error) {
	goal.placed = e.moves.of(goal.Model, goal.Version)
	machine := NewMachine(goal, e.currentWay(), 1+e.pacing.Repetitions)
	drive := &drive{Engine: e, ctx: ctx, model: goal.Model, seen: goal.Seen}
	defer drive.end()
	outcome, err := drive.to(machine)
	if machine.FlagIgnored() {
		e.flagIgnored.Store(true)
	}
	e.moves.note(goal, machine.latest, machine.touched)
	return outcome, err
}

func (e *Engine) currentWay() Way {
	if e.flagIgnored.Load() {
		return Sequential
	}
	return e.way
}

// drive does what one machine asks for.
type drive struct {
	*Engine
	ctx    context.Context //nolint:containedctx // It outlives the caller's by the grace period once something was sent.
	model  string
	cancel []context.CancelFunc
	// sent is when the last transition without an answer was sent.
	lost time.Time
	// seen is how old the first look may be; 0 once there was one.
	seen time.Duration
	// begun is set once something was sent; rescued once the time was extended for giving a stage back.
	begun, rescued bool
}

func (d *drive) end() {
	for _, cancel := range d.cancel {
		cancel()
	}
}

// to drives a machine to its end.
func (d *drive) to(machine *Machine) (Outcome, error) {
	var event Event
	for {
		action := machine.Next(event)
		if action.Do == DoFinish {
			return action.Outcome, action.Err
		}
		noLonger := !d.lost.IsZero() && time.Since(d.lost) >= d.lateness() // Before the look that may show it.
		event = d.do(action)
		event.Over, event.NoLonger = d.ctx.Err() != nil, noLonger
	}
}

// lateness is for how long a commit is expected after its answer was lost: no longer than a request may take at all.
func (e *Engine) lateness() time.Duration {
	if e.pacing.RequestTimeout > 0 {
		return min(lateCommit, e.pacing.RequestTimeout)
	}
	return lateCommit
}

// do does one action, and returns what came of it.
func (d *drive) do(action Action) Event {
	if action.Rescue && d.ctx.Err() != nil && !d.rescued {
		// Time is up, and the stage may be empty: that takes one more moment.
		d.rescued = true
		d.extend(context.WithTimeout(context.WithoutCancel(d.ctx), grace))
	}
	switch action.Do {
	case DoLook:
		limit := d.seen
		d.seen = 0
		if seer, ok := d.registry.(Seer); ok && limit > 0 {
			if versions, seen := seer.Recent(d.model, limit); seen {
				return Event{Looked: true, Versions: versions}
			}
		}
		versions, err := d.registry.Versions(d.ctx, d.model)
		return Event{Looked: err == nil, Versions: versions, Err: err}
	case DoSend:
		if !d.begun {
			d.begun = true
			d.extend(withGrace(d.ctx))
		}
		moved, err := d.registry.TransitionStage(d.ctx, action.Transition)
		d.lost = time.Now()
		return Event{Err: err, Moved: moved.UpdatedAt}
	default:
		d.pause(d.ctx, action)
		return Event{}
	}
}

func (d *drive) extend(ctx context.Context, cancel context.CancelFunc) {
	d.ctx = ctx
	d.cancel = append(d.cancel, cancel)
}

// sleep waits as long as an action asks for, or until ctx ends.
func (e *Engine) sleep(ctx context.Context, action Action) {
	timer := time.NewTimer(e.duration(action))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// duration returns how long an action waits: a random time for a race, growing times for a late commit, and as long as the
// client waits before it repeats other requests for what is tried again.
func (e *Engine) duration(action Action) time.Duration {
	switch {
	case action.Wait == WaitRace:
		longest := min(50*time.Millisecond<<min(action.Count, 5), time.Second)
		return rand.N(longest) //nolint:gosec // Not for secrets: it only spreads clients out.
	case action.Wait == WaitLate:
		return min(100*time.Millisecond<<min(action.Count, 10), 5*time.Second)
	case e.pacing.Wait != nil:
		return e.pacing.Wait(action.Count, action.RetryAfter)
	}
	return min(250*time.Millisecond<<min(action.Count, 10), 30*time.Second)
}

// withGrace returns a context that outlives parent by the grace period, and ends as parent did: by a time limit, or by a
// cancellation.
func withGrace(parent context.Context) (context.Context, context.CancelFunc) {
	lasting := context.WithoutCancel(parent)
	ctx, cancel := context.WithCancel(lasting)
	if deadline, limited := parent.Deadline(); limited {
		cancel()
		ctx, cancel = context.WithDeadline(lasting, deadline.Add(grace))
	}
	stop := context.AfterFunc(parent, func() {
		if errors.Is(parent.Err(), context.DeadlineExceeded) {
			return
		}
		timer := time.AfterFunc(grace, cancel)
		context.AfterFunc(ctx, func() { timer.Stop() })
	})
	return ctx, func() { stop(); cancel() }
}

// moves are the stages to which the handovers of this process have brought versions. A plan that moves several versions of
// one model names for each the stage it is in before the apply: what the apply itself has moved since is not a stranger's
// doing.
type moves struct {
	mu     sync.Mutex
	placed map[place]registry.Stage
}

// place is one version of one model.
type place struct {
	model  string
	number registry.Number
}

// note remembers what a handover that has touched something left of the versions that it was about.
func (m *moves) note(goal Goal, versions []registry.Version, touched bool) {
	if !touched {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.placed == nil {
		m.placed = make(map[place]registry.Stage)
	}
	for _, version := range versions {
		if version.Number == goal.Version || slices.Contains(goal.Reviewed, version.Number) {
			m.placed[place{goal.Model, version.Number}] = version.Stage
		}
	}
}

// of returns where this process has brought a version; empty if it has not moved it.
func (m *moves) of(model string, number registry.Number) registry.Stage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.placed[place{model, number}]
}

// Forget drops what this process has moved of a model: another walk of Terraform begins, whose plans see all that was done
// before.
func (e *Engine) Forget(model string) {
	e.moves.mu.Lock()
	defer e.moves.mu.Unlock()
	maps.DeleteFunc(e.moves.placed, func(at place, _ registry.Stage) bool { return at.model == model })
}
