package acctest

import (
	"os"
	"os/exec"
	"testing"
)

// CLIVariable names the environment variable with the path of the Terraform CLI under test. It is the one
// terraform-plugin-testing reads, so that both drive the same CLI.
const CLIVariable = "TF_ACC_TERRAFORM_PATH"

// CLI returns the path of the Terraform CLI to test with: TF_ACC_TERRAFORM_PATH, else terraform on PATH. As
// terraform-plugin-testing does, it skips the test unless TF_ACC is set.
func CLI(t testing.TB) string {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run only with TF_ACC=1 (make test sets it)")
	}
	if path := os.Getenv(CLIVariable); path != "" {
		return path
	}
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Fatalf("no Terraform CLI: set %s or put terraform on PATH: %v", CLIVariable, err)
	}
	return path
}
