//go:build policies

package reviewcheck

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// review is the folder with the recipes and the policies, seen from this package.
const review = "../../examples/review"

// The comments and the policies say of real plans what their tests expect.
func TestReview(t *testing.T) {
	plans := writePlans(t)
	tests, err := os.ReadFile(filepath.Join(review, "review_test.rego"))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		if !strings.Contains(string(tests), "data.plans."+one.name+")") && !strings.Contains(string(tests), "data.plans."+one.name+"\n") {
			t.Errorf("no Rego test looks at the plan %s", one.name)
		}
	}
	opa(t, "check", "--strict", review)
	if unformatted := opa(t, "fmt", "--list", review); unformatted != "" {
		t.Errorf("not formatted (opa fmt -w examples/review):\n%s", unformatted)
	}
	t.Log(opa(t, "test", "--fail-on-empty", "--verbose", review, plans))
}

// opa runs OPA, at the version of tools/gotools/opa, and ends the test unless it succeeds.
func opa(t *testing.T, args ...string) string {
	t.Helper()
	program := os.Getenv("OPA")
	if program == "" {
		t.Fatal("set OPA to the path of the opa program: make test-policies does")
	}
	output, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("opa %s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

// writePlans makes the plans of all cases and writes them to one file, as data.plans for OPA.
func writePlans(t *testing.T) string {
	t.Helper()
	var mutex sync.Mutex
	plans := map[string]any{}
	t.Run("plans", func(t *testing.T) {
		for _, one := range cases {
			t.Run(one.name, func(t *testing.T) {
				t.Parallel()
				plan := one.plan(t)
				mutex.Lock()
				defer mutex.Unlock()
				plans[one.name] = plan
			})
		}
	})
	if len(plans) != len(cases) {
		t.Fatalf("%d plans of %d cases", len(plans), len(cases))
	}
	content, err := json.Marshal(map[string]any{"plans": plans})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "plans.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
