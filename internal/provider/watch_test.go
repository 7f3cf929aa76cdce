package provider_test

import (
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// watch is an outside observer of Production, polling for as long as it runs.
type watch struct {
	*acctest.Watcher
}

func (s *scenario) watchProduction() *watch {
	s.t.Helper()
	return &watch{acctest.WatchStage(s.t, s.Registry, s.model, "Production")}
}

// stop ends the watch and says whether every read saw between least and most holders.
func (w *watch) stop(least, most int) error {
	w.Stop()
	if w.Failures() > 0 {
		return fmt.Errorf("%d reads of the observer failed", w.Failures())
	}
	if w.Reads() < 5 {
		return fmt.Errorf("the observer read only %d times", w.Reads())
	}
	if w.Min() < least || w.Max() > most {
		return fmt.Errorf("reads by number of holders: %v, want %d to %d; sets seen: %v", w.Counts(), least, most, w.Sets())
	}
	return nil
}
