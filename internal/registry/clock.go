package registry

import "time"

// Clock tells the time by a registry's own clock, so that clients on machines whose clocks differ agree on it. The times that a
// registry writes into models and versions are by that clock, too, unless a proxy before it tells the time.
type Clock interface {
	// ServerTime returns the time of the registry's clock, and never waits or fails. It is this machine's clock until the
	// registry has told its time, and goes on by this machine's clock between two answers, also if somebody sets that
	// clock meanwhile.
	//
	// Registries tell whole seconds, and an answer takes its time to come: where neither clock runs wrong, it is behind
	// the registry's by up to one second and the way of an answer, and never ahead. From one call to the next it may go
	// back by as much. Whoever compares it with a time that was written by it allows for two seconds more.
	ServerTime() time.Time
}
