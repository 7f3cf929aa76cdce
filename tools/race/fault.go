package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// effect is what the registry does with a request that a fault happens to.
type effect int

const (
	// none: the registry never hears of it.
	none effect = iota
	// done: it is done before the client is answered, or not answered.
	done
	// late: it is done some time after the client was answered, or not answered.
	late
)

// fault is what happens to one request instead of an undisturbed answer.
type fault struct {
	// column is what the table counts it as.
	column string
	// status and body are what the client is answered; status 0 closes its connection.
	status int
	body   string
	effect effect
}

// Columns of the table.
const (
	column503  = "503"
	column504  = "504"
	columnLost = "Lost"
	columnLate = "Late"
	column403  = "403"
)

// MLflow's own answers, and one of a gateway in front of it.
const (
	bodyUnavailable = `{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "drawn"}`
	bodyForbidden   = `{"error_code": "PERMISSION_DENIED", "message": "drawn"}`
	bodyGateway     = "upstream request timeout"
)

func readFaults() []fault {
	return []fault{
		{column503, http.StatusServiceUnavailable, bodyUnavailable, none},
		{column504, http.StatusGatewayTimeout, bodyGateway, none},
		{columnLost, 0, "", none},
		{column403, http.StatusForbidden, bodyForbidden, none},
	}
}

// writeFaults has no late commit behind a 503: a server that answered 503 is through with the request.
func writeFaults() []fault {
	return append(readFaults(),
		fault{column503, http.StatusServiceUnavailable, bodyUnavailable, done},
		fault{column504, http.StatusGatewayTimeout, bodyGateway, done},
		fault{columnLost, 0, "", done},
		fault{columnLate, http.StatusGatewayTimeout, bodyGateway, late},
		fault{columnLate, 0, "", late},
	)
}

// due is a fault that a round has drawn: it happens to one of the writes, or of the reads, of a racer.
type due struct {
	fault

	racer string
	write bool
	// nth counts the racer's writes, or reads, from 1.
	nth int
	// delay is how long after the client has lost the answer a late request goes on.
	delay time.Duration
}

// String says what was drawn.
func (d due) String() string {
	kind, what := "read", "closes the connection"
	if d.write {
		kind = "write"
	}
	if d.status != 0 {
		what = fmt.Sprintf("answers %d", d.status)
	}
	what = [...]string{none: "not done, ", done: "done, ", late: "done after " + d.delay.String() + ", "}[d.effect] + what
	return fmt.Sprintf("%s %d of %s: %s", kind, d.nth, d.racer, what)
}

// drawFaults draws one or two faults. Most happen to a first write, which every racer sends. A late request goes on early enough
// to be done within lateness, if the registry takes no longer than a quarter of that.
func drawFaults(random *rand.Rand, racers []string, lateness time.Duration) []due {
	var drawn []due
	for range 1 + random.IntN(2) {
		one := due{racer: racers[random.IntN(len(racers))], write: random.IntN(5) > 0, nth: 1}
		kinds := readFaults()
		if one.write {
			kinds = writeFaults()
		}
		one.fault = kinds[random.IntN(len(kinds))]
		if random.IntN(3) == 0 {
			one.nth += 1 + random.IntN(2)
		}
		one.delay = lateness/20 + time.Duration(random.Int64N(int64(lateness*7/10)))
		drawn = append(drawn, one)
	}
	return drawn
}
