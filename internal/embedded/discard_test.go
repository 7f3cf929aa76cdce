package embedded

import (
	"path/filepath"
	"testing"
)

// TestDiscardedConnectionsDoNotComeBack: a connection in the middle of a transaction must not be handed out again.
func TestDiscardedConnectionsDoNotComeBack(t *testing.T) {
	opened, err := Open(filepath.Join(t.TempDir(), "registry.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	file, _, err := opened.storage.create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		taken, err := file.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := taken.exec(t.Context(), "BEGIN"); err != nil {
			t.Fatal(err)
		}
		file.give(taken, false)
	}
}
