package registry

import "time"

// Paced is a client that says how it repeats requests, for a caller that must look at the registry before it repeats one.
// It stands beside Client: a registry without a network has no pace.
type Paced interface {
	// Pacing returns the settings of this client.
	Pacing() Pacing
}

// Pacing is how a client repeats requests, and how long one may take.
type Pacing struct {
	// Repetitions is how often a request that failed for a passing reason is sent again; 0 for never.
	Repetitions int
	// Wait returns how long to wait before a repetition, counted from 1. asked is how long the server asked for; 0 if it did
	// not.
	Wait func(repetition int, asked time.Duration) time.Duration
	// RequestTimeout is how long one request may take; 0 if there is no bound.
	RequestTimeout time.Duration
}
