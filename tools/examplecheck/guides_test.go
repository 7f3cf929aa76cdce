package examplecheck

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

var shownBlock = regexp.MustCompile("(?s)```([a-z]+)\n(.*?)```")

// shown returns the blocks of a language that a template of a page shows.
func shown(t *testing.T, page, language string) []string {
	t.Helper()
	var found []string
	for _, block := range shownBlock.FindAllStringSubmatch(readFile(t, filepath.Join(root, "templates", page)), -1) {
		if block[1] == language {
			found = append(found, block[2])
		}
	}
	return found
}

// The pointers of the guide to promotions promote version 8 and take it back by a revert, and no reader of Production sees
// two versions, or none, although version 8 goes from one pointer to the other.
func TestAccGuide_promoteAndRevert(t *testing.T) {
	shows := shown(t, filepath.Join("guides", "promote.md"), "terraform")
	if len(shows) != 2 || !strings.Contains(shows[0], "version    = 7") || !strings.Contains(shows[0], "version    = 8") {
		t.Fatalf("the guide shows %d configurations: %q", len(shows), shows)
	}
	rehearsed := shows[0]
	promoted := strings.NewReplacer("version    = 7", "version    = 8", "version    = 8", "version    = 9").Replace(rehearsed)

	e := newEmpty(t)
	e.seed(9)
	e.Write("main.tf", rehearsed)
	e.connect(rehearsed)
	e.holds()

	readers := acctest.WatchStage(t, e.Registry, "fraud", "Production")
	for _, step := range []struct {
		configuration string
		live, next    string
	}{{promoted, "8", "9"}, {rehearsed, "7", "8"}, {promoted, "8", "9"}, {rehearsed, "7", "8"}} {
		e.Write("main.tf", step.configuration)
		e.holds()
		if live, next := e.Holders(t, "fraud", "Production"), e.Holders(t, "fraud", "Staging"); !slices.Equal(live, []string{step.live}) ||
			!slices.Equal(next, []string{step.next}) {
			t.Errorf("Production is held by %v and Staging by %v, want %s and %s", live, next, step.live, step.next)
		}
	}
	readers.Stop()
	if readers.Reads() < 50 || readers.Max() != 1 || readers.Min() != 1 {
		t.Errorf("of %d reads of Production so many saw each set of holders: %v", readers.Reads(), readers.Sets())
	}
}

// The plan that the first page shows is what the CLI prints after its two steps.
func TestAccGuide_indexShowsItsPlan(t *testing.T) {
	plans := shown(t, "index.md.tmpl", "text")
	if len(plans) != 1 || !strings.Contains(plans[0], `+ "1",`) {
		t.Fatalf("the page shows %q", plans)
	}
	e := newExample(t, "embedded", noImport)
	e.MustApply()
	e.Write("main.tf", strings.Replace(readFile(t, filepath.Join(root, "examples", "embedded", "main.tf")), `live = "2026-10"`, `live = "2026-09"`, 1))
	// Which of the two versions was registered first is not given.
	plan := e.plans("will be updated in-place")
	if either := squeezed(strings.Replace(plan.Output, `+ "2",`, `+ "1",`, 1)); !strings.Contains(either, squeezed(plans[0])) {
		t.Errorf("the page shows\n%s\nand the plan is\n%s", plans[0], plan.Output)
	}
	e.holds()
}
