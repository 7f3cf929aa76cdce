package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// What the guide "Connection and credentials" shows can be copied.
func TestAccGuide_connectionExamplesAreValid(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "connection.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindAllStringSubmatch(string(content), -1)
	if len(blocks) < 6 {
		t.Fatalf("%d examples", len(blocks))
	}
	for number, block := range blocks {
		t.Run(fmt.Sprint(number+1), func(t *testing.T) {
			t.Parallel()
			w := acctest.NewWorkspace(t, "")
			w.Write("main.tf", acctest.Requirements+block[1])
			w.MustRun("validate", "-no-color")
			w.MustRun("fmt", "-check", "-diff", "-no-color")
		})
	}
}
