package handover

import (
	"errors"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// AliasMachine decides what one client does next to move an alias, as Machine does for a stage: it does no I/O, reads no clock
// and draws no numbers.
type AliasMachine struct {
	goal  AliasGoal
	phase aliasPhase
	// before is where the alias was at the look before the last request, now where it was at the last look; 0 where there was none.
	before, now registry.Number
	// aliases are all of the model's, as they were last read.
	aliases map[string]registry.Number
	// judged is set once it is known that the version is READY and has the tags, or is not.
	judged bool
	// unknown is set while it is not known whether the request took effect, late while it may still do so.
	unknown, late bool
	// overtaken is a version that a look has shown the alias at while a request of this client was under way.
	overtaken registry.Number
	// refusal is why the version may not get the alias; nil if it may. cause is what went wrong last, retryAfter how long the server asked to wait.
	refusal, cause error
	retryAfter     time.Duration
	// attempts is how often the request may be sent, tries how often it had no effect; waits counts those for a late commit, looks the
	// failed looks in a row.
	attempts, tries, waits, looks int
}

// aliasPhase is what the machine waits for.
type aliasPhase int

const (
	// aliasBegin: nothing was asked for yet.
	aliasBegin aliasPhase = iota
	// aliasJudge: the version that is to get the alias.
	aliasJudge
	// aliasFirst: the look before the request.
	aliasFirst
	// aliasOrigin: whether a version exists that the alias may have gone with, or that it leads to.
	aliasOrigin
	// aliasSend: the answer to the request.
	aliasSend
	// aliasSent: the look after a good answer.
	aliasSent
	// aliasRefused: the look after a refusal.
	aliasRefused
	// aliasUnclear: the look that is to show whether a request without an answer took effect.
	aliasUnclear
	// aliasAgain: the look before the request is sent again.
	aliasAgain
)

// AliasDo is the kind of an alias machine's action.
type AliasDo int

const (
	// AliasLook reads all aliases of the model.
	AliasLook AliasDo = iota
	// AliasVersion reads the version AliasAction.Version.
	AliasVersion
	// AliasSet points the alias at the goal's version, once.
	AliasSet
	// AliasWait waits for the reason in AliasAction.Wait.
	AliasWait
	// AliasFinish ends: AliasAction.Outcome and AliasAction.Err are the result.
	AliasFinish
)

// AliasAction is what an alias machine asks its runner for.
type AliasAction struct {
	Do      AliasDo
	Version registry.Number
	// Wait is why to wait, Count how often that was already, RetryAfter how long the server asked to wait; 0 if it did not.
	Wait       Wait
	Count      int
	RetryAfter time.Duration
	Outcome    AliasOutcome
	Err        error
}

// AliasEvent is what came of an action. The zero AliasEvent begins a machine and ends a wait.
type AliasEvent struct {
	// Looked is set by a look or a read that succeeded. Aliases is what a look showed, Version what a read did.
	Looked  bool
	Aliases map[string]registry.Number
	// Ready is what a look told of versions: whether they are READY. Servers tell it of the latest version of each stage.
	Ready   map[registry.Number]bool
	Version registry.Version
	// Err is why a look, a read or the request failed.
	Err error
	// NoLonger says that the request can no longer take effect: the time in which a late commit is expected is over.
	NoLonger bool
	// Over says that the caller's time is up: the machine asks for no more waits.
	Over bool
}

// NewAliasMachine returns a machine for a goal that has done nothing yet. It sends its request at most so often, while it is
// certain each time that it had no effect.
func NewAliasMachine(goal AliasGoal, attempts int) *AliasMachine {
	return &AliasMachine{goal: goal, attempts: min(attempts, maxAttempts)}
}

// Clone returns a machine that goes on from the same point on its own.
func (m *AliasMachine) Clone() *AliasMachine {
	copied := *m
	return &copied
}

// Next returns what to do after an event.
func (m *AliasMachine) Next(event AliasEvent) AliasAction {
	if event.NoLonger {
		m.late = false
	}
	switch m.phase {
	case aliasBegin:
		if len(m.goal.RequireTags) > 0 {
			m.phase = aliasJudge
			return AliasAction{Do: AliasVersion, Version: m.goal.Version}
		}
		return m.look(aliasFirst)
	case aliasJudge:
		return m.judge(event)
	case aliasOrigin:
		return m.origin(event)
	case aliasSend:
		return m.answered(event)
	}
	switch {
	case event.Err != nil:
		return m.lookFailed(event)
	case !event.Looked: // A wait is over.
		return m.look(m.phase)
	}
	m.looks, m.aliases, m.now = 0, event.Aliases, event.Aliases[m.goal.Alias]
	return m.looked(event)
}

// looked goes on after a look.
func (m *AliasMachine) looked(event AliasEvent) AliasAction {
	switch {
	case m.now == m.goal.Version:
		return m.reached()
	case m.phase == aliasFirst && !m.judged && !event.Ready[m.goal.Version]:
		// What the look does not tell of the version is asked, and then where the alias is, once more.
		m.phase = aliasJudge
		return AliasAction{Do: AliasVersion, Version: m.goal.Version}
	case m.phase == aliasFirst:
		return m.first()
	case m.phase == aliasRefused:
		return m.end(m.cause)
	case m.phase == aliasSent:
		return m.end(m.displaced())
	case m.phase == aliasUnclear:
		return m.clear(event)
	case m.now != m.before:
		return m.end(m.moved())
	case event.Over:
		return m.end(m.cause)
	}
	return m.send()
}

// judge goes on once the version is known that is to get the alias. One that has it already is not judged: the look tells.
func (m *AliasMachine) judge(event AliasEvent) AliasAction {
	m.judged, m.refusal = true, event.Err
	switch {
	case errors.Is(event.Err, registry.ErrNotFound):
		m.refusal = &MissingError{Model: m.goal.Model, Version: m.goal.Version}
	case event.Err == nil:
		m.refusal = CheckAlias(event.Version, m.goal)
	}
	return m.look(aliasFirst)
}

// first compares where the alias is with where the plan saw it.
func (m *AliasMachine) first() AliasAction {
	m.before = m.now
	switch {
	case m.now == m.goal.From:
		return m.send()
	case !m.goal.Held && m.now == 0: // It was to be taken over from where it was, and is free now.
		return m.send()
	case !m.goal.Held:
		return m.end(&AliasTakenError{Model: m.goal.Model, Alias: m.goal.Alias, Now: m.now})
	case m.now != 0 && m.goal.From != 0:
		return m.end(m.moved())
	}
	// An alias that is gone may have gone with its version, by this very apply, and one whose version is gone leads nowhere: to
	// move it takes it from nobody.
	m.phase = aliasOrigin
	return AliasAction{Do: AliasVersion, Version: max(m.now, m.goal.From)}
}

// origin goes on once it is known whether the version exists that the alias is, or was, at.
func (m *AliasMachine) origin(event AliasEvent) AliasAction {
	switch {
	case errors.Is(event.Err, registry.ErrNotFound):
		return m.send()
	case event.Err != nil:
		return m.end(event.Err)
	}
	return m.end(m.moved())
}

// send sends the request, unless the version may not get the alias.
func (m *AliasMachine) send() AliasAction {
	if m.refusal != nil {
		return m.end(m.refusal)
	}
	m.phase = aliasSend
	return AliasAction{Do: AliasSet, Version: m.goal.Version}
}

// answered goes on after the request.
func (m *AliasMachine) answered(event AliasEvent) AliasAction {
	if event.Err == nil {
		m.cause, m.retryAfter = nil, 0
		return m.look(aliasSent)
	}
	m.cause, m.retryAfter = event.Err, retryAfter(event.Err)
	if !unclear(event.Err) {
		// Refused, and done all the same, perhaps. Were it only told as refused, no state would have the alias, and the next apply
		// would take it for somebody else's.
		return m.look(aliasRefused)
	}
	m.unknown, m.late = true, mayBeLate(event.Err)
	return m.look(aliasUnclear)
}

// clear decides, from a look, whether a request without an answer took effect. The look shows that it did not, so far.
func (m *AliasMachine) clear(event AliasEvent) AliasAction {
	if m.now != m.before && m.now != 0 {
		m.overtaken = m.now // If the request takes effect yet, or has before somebody moved the alias again.
	}
	switch {
	case m.late && !event.Over:
		m.waits++
		return m.wait(aliasUnclear, WaitLate, m.waits)
	case m.late:
		return m.end(m.cause)
	}
	m.unknown = false
	switch {
	case m.now != m.before:
		return m.end(m.displaced())
	case event.Over:
		return m.end(m.cause)
	}
	if m.tries++; m.tries >= m.attempts {
		return m.end(m.cause)
	}
	return m.wait(aliasAgain, WaitAgain, m.tries)
}

// lookFailed looks again, and goes on without it after some failures.
func (m *AliasMachine) lookFailed(event AliasEvent) AliasAction {
	if m.phase == aliasFirst {
		return m.end(event.Err)
	}
	if m.looks++; m.looks < maxLooks && !event.Over {
		m.retryAfter = retryAfter(event.Err)
		return m.wait(m.phase, WaitAgain, m.looks)
	}
	if m.phase == aliasSent {
		action := m.reached()
		action.Outcome.Unread = event.Err
		return action
	}
	return m.end(errors.Join(m.cause, event.Err))
}

// look asks for a look in a phase.
func (m *AliasMachine) look(in aliasPhase) AliasAction {
	m.phase = in
	return AliasAction{Do: AliasLook}
}

// wait asks for a wait before the look of a phase.
func (m *AliasMachine) wait(in aliasPhase, why Wait, count int) AliasAction {
	m.phase = in
	return AliasAction{Do: AliasWait, Wait: why, Count: count, RetryAfter: m.retryAfter}
}

// reached ends with the alias where it is to be.
func (m *AliasMachine) reached() AliasAction {
	action := m.end(nil)
	if m.phase != aliasFirst {
		action.Outcome.Moved, action.Outcome.From, action.Outcome.Overtaken = true, m.before, m.overtaken
	}
	return action
}

// end ends.
func (m *AliasMachine) end(err error) AliasAction {
	return AliasAction{Do: AliasFinish, Err: err}
}

// moved is the error for an alias that somebody has moved before this client changed anything.
func (m *AliasMachine) moved() error {
	if !m.goal.Held && m.now != 0 { // No plan has seen it.
		return &AliasTakenError{Model: m.goal.Model, Alias: m.goal.Alias, Now: m.now}
	}
	return &AliasMovedError{Model: m.goal.Model, Alias: m.goal.Alias, Planned: m.goal.From, Now: m.now}
}

// displaced is the error for an alias that somebody moves at the same moment.
func (m *AliasMachine) displaced() error {
	return &AliasDisplacedError{Model: m.goal.Model, Alias: m.goal.Alias, Version: m.goal.Version, Now: m.now}
}
