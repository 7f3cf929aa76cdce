package acctest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FreshVariable names the environment variable with the address of a second server on the same database, where the one at
// MLREGISTRY_TEST_URI reads from a replica that lags behind. The outsider talks to it: a test sees what is there, not what the
// provider is shown. tools/with-mlflow.sh sets it.
const FreshVariable = "MLREGISTRY_TEST_FRESH_URI"

// Lags reports whether the server under test answers reads from a replica, which shows a write only some time after it. What
// the outsider writes is there for the provider as well when the outsider's call returns; what the provider writes is not.
func (r *Registry) Lags() bool { return r.fresh != "" }

// outside is the address that the outsider talks to.
func (r *Registry) outside() string {
	if r.Lags() {
		return r.fresh
	}
	return r.HTTP
}

// mark is an experiment's tag that this process counts up: a replica that shows a number shows all that was written before
// the number was. Experiments are no part of the registry, so no test meets it.
var mark struct {
	sync.Mutex
	count int
}

// markPatience is how long a replica may take to show a write, in a test.
const markPatience = 30 * time.Second

// awaitReplica returns once the server under test shows all that was written before the call. It may be called from any
// goroutine.
func (r *Registry) awaitReplica() error {
	if !r.Lags() {
		return nil
	}
	key := fmt.Sprintf("mlregistry.test.%d", os.Getpid())
	mark.Lock()
	mark.count++
	wanted := mark.count
	got, err := r.request(r.fresh, http.MethodPost, "experiments/set-experiment-tag", nil,
		object{"experiment_id": "0", "key": key, "value": strconv.Itoa(wanted)})
	mark.Unlock()
	if err == nil {
		err = got.decode(nil)
	}
	if err != nil {
		return fmt.Errorf("marking an experiment: %w", err)
	}
	var shown struct {
		Experiment struct {
			Tags []tag `json:"tags"`
		} `json:"experiment"`
	}
	for deadline := time.Now().Add(markPatience); time.Now().Before(deadline); {
		got, err := r.request(r.HTTP, http.MethodGet, "experiments/get", url.Values{"experiment_id": {"0"}}, nil)
		if err == nil {
			err = got.decode(&shown)
		}
		if err != nil {
			return fmt.Errorf("reading the mark: %w", err)
		}
		if number, err := strconv.Atoi(tagMap(shown.Experiment.Tags)[key]); err == nil && number >= wanted {
			return nil
		}
	}
	return fmt.Errorf("the replica has not shown within %s what was written", markPatience)
}

// AwaitServer returns once the server under test shows all that was written before the call, by whomever.
func AwaitServer() error { return serverUnderTest().awaitReplica() }

// freshURI is the address in FreshVariable, without a slash at its end.
func freshURI() string { return strings.TrimRight(os.Getenv(FreshVariable), "/") }
