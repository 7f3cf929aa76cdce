package credential

import (
	"context"
	"time"
)

// leeway is how long before its expiry a token is replaced, so that none expires on the way. Half the life of a token is
// the most that is given away like that.
const leeway = 10 * time.Second

// Source gives the token of a command to any number of requests. It is safe for use by several goroutines at once.
type Source struct {
	command Command
	now     func() time.Time
	// turn is held by whoever looks at the fields below, also while the command runs.
	turn chan struct{}

	current  string
	replace  time.Time // when the token is to be replaced; zero for never
	failure  error     // of the last run
	failedAt time.Time
}

// NewSource returns a source that runs the command at the first request.
func NewSource(command Command) *Source {
	return &Source{command: command, now: time.Now, turn: make(chan struct{}, 1)}
}

// Token returns the token, and runs the command if there is none that is valid. Requests that come meanwhile wait for
// that run, and share its failure.
func (s *Source) Token(ctx context.Context) (string, error) {
	asked := s.now()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if s.current != "" && (s.replace.IsZero() || s.now().Before(s.replace)) {
		return s.current, nil
	}
	if s.failure != nil && !s.failedAt.Before(asked) {
		return "", s.failure
	}
	started := s.now()
	found, err := s.command.run(ctx, started)
	if err != nil {
		s.current = ""
		if ctx.Err() == nil { // Else only this request was given up: the next one runs the command again.
			s.failure, s.failedAt = err, s.now()
		}
		return "", err
	}
	s.current, s.failure, s.replace = found.value, nil, time.Time{}
	if !found.expiry.IsZero() {
		s.replace = found.expiry.Add(-min(leeway, found.expiry.Sub(started)/2))
	}
	return s.current, nil
}

// Reject forgets a token that a server has refused. A token that has been replaced already is not touched. It waits for a
// command that runs, unless ctx ends first: then it does nothing.
func (s *Source) Reject(ctx context.Context, token string) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return
	}
	if s.current == token {
		s.current = ""
	}
}
