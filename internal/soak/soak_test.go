package soak_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
)

// casesVariable names the environment variable with the number of cases to draw.
const casesVariable = "SOAK_CASES"

const (
	defaultCases = 300
	// workers run cases side by side: much of a case is waiting for time-outs and pauses of the provider.
	workers = 24
)

// TestMain keeps rapid from writing into the source tree: a failed case is printed whole, with its seed.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := errors.Join(flag.Set("rapid.nofailfile", "true"), flag.Set("test.parallel", strconv.Itoa(workers))); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400) // Cases are short and leave much behind.
	os.Exit(m.Run())
}

// impatient makes the provider repeat soon and seldom.
func impatient(t *testing.T) {
	t.Helper()
	t.Setenv(connect.EnvMaxRetries, "2")
	t.Setenv(connect.EnvBackoffFactor, "0")
	for _, name := range []string{connect.EnvTrackingURI, connect.EnvRegistryURI, connect.EnvUsername, connect.EnvPassword, connect.EnvToken} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
}

func cases(t *testing.T) int {
	t.Helper()
	given := os.Getenv(casesVariable)
	if given == "" {
		return defaultCases
	}
	number, err := strconv.Atoi(given)
	if err != nil {
		t.Fatalf("%s is %q, not a number", casesVariable, given)
	}
	return number
}

// fixedSeed starts the cases of an ordinary test run, which are the same each time: a change that breaks one is what
// breaks the run. With SOAK_CASES they are different each time.
const fixedSeed = "20261123"

// TestDrawnCases draws registries, changes, faults and crashes, and checks the guarantees in each. SOAK_CASES sets how
// many, and draws new ones; a failed case prints the seed that repeats it.
func TestDrawnCases(t *testing.T) {
	impatient(t)
	each := (cases(t) + workers - 1) / workers
	err := flag.Set("rapid.checks", strconv.Itoa(each))
	if os.Getenv(casesVariable) == "" {
		err = errors.Join(err, flag.Set("rapid.seed", fixedSeed))
	}
	if err != nil {
		t.Fatal(err)
	}
	for worker := range workers {
		t.Run(fmt.Sprint(worker+1), func(t *testing.T) {
			t.Parallel()
			world := newWorld(t)
			rapid.Check(t, func(t *rapid.T) {
				for range worker { // Workers with one seed are to draw different cases.
					rapid.Uint64().Draw(t, "shift")
				}
				under := world.run(caseGenerator.Draw(t, "case"))
				under.all()
				if len(under.violations) > 0 {
					t.Fatalf("%s\n%s", strings.Join(under.violations, "\n"), under.story.String())
				}
			})
		})
	}
}
