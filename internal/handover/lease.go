package handover

import (
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// UnfinishedTag marks a version from its registration until the resource that registered it is in a state (see
// Registration). Its value is a lease: a name that the run has drawn, and until when the lease runs, in the server's clock
// (RFC 3339). While the lease runs, the version belongs to that run, which renews it; once it has run out, or was given up,
// the version belongs to nobody, and an apply whose plan has announced it takes it over. An empty value says nothing.
const UnfinishedTag = "mlregistry.unfinished"

// claimPrefix begins the key of a tag by which a run claims a version whose lease has run out. Its value is a lease, too.
const claimPrefix = UnfinishedTag + "."

// IsOwnTag reports whether the provider itself uses a tag key: UnfinishedTag, and the claims on an unfinished version.
func IsOwnTag(key string) bool { return key == UnfinishedTag || strings.HasPrefix(key, claimPrefix) }

const (
	// leaseTime is how long a lease runs. A run that takes longer renews it every third of that.
	leaseTime = 30 * time.Second
	// leaseSlack is how long after its end a lease still counts: the header Date, which tells the server's time, has whole
	// seconds, and several servers behind one address differ a little.
	leaseSlack = 2 * time.Second
	// leaseGivenUp stands for the time of a lease that was given up before it ran out.
	leaseGivenUp = "given-up"
)

// lease is the value of UnfinishedTag.
type lease struct {
	// run is the name that the run has drawn.
	run string
	// until is when the lease runs out; zero for one that was given up, or that a version of this provider without leases
	// has written.
	until time.Time
}

// String is the value of the tag.
func (l lease) String() string {
	if l.until.IsZero() {
		return l.run + " " + leaseGivenUp
	}
	return l.run + " " + l.until.UTC().Format(time.RFC3339)
}

// parseLease reads the value of a tag, and reports whether it says anything.
func parseLease(value string) (lease, bool) {
	run, until, _ := strings.Cut(value, " ")
	end, err := time.Parse(time.RFC3339, until)
	if err != nil {
		end = time.Time{}
	}
	return lease{run: run, until: end}, run != ""
}

// runs reports whether the lease still runs.
func (l lease) runs(now time.Time) bool { return now.Before(l.until.Add(leaseSlack)) }

// markOf returns the lease on a version, and whether it has one.
func markOf(version registry.Version) (lease, bool) { return parseLease(version.Tags[UnfinishedTag]) }

// claimedBy returns whether another run than the named one has a running claim on a version.
func claimedByOther(version registry.Version, run string, now time.Time) bool {
	for key, value := range version.Tags {
		if claim, ok := parseLease(value); ok && strings.HasPrefix(key, claimPrefix) && claim.run != run && claim.runs(now) {
			return true
		}
	}
	return false
}
