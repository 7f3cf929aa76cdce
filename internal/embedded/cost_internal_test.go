package embedded

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"modernc.org/sqlite"
)

// crowded makes a registry with many versions of the model m, each with a tag, and returns it open.
func crowded(t testing.TB, versions int) *Registry {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	maker, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{
		"INSERT INTO registered_models VALUES ('m', 1, 1, '')",
		fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO model_versions "+
			"(name, version, creation_time, last_updated_time, source) SELECT 'm', i, i, i * 7919 %% 1000003, 's3://b/' || i FROM n",
			versions),
		"INSERT INTO model_version_tags SELECT name, version, 'commit', source FROM model_versions",
	}
	if err := maker.storage.write(t.Context(), func(tx *transaction) error {
		for _, statement := range statements {
			if err := tx.exec(statement); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := maker.Close(); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

// pagesRead returns how many pages the connections of a registry have read from its file so far.
func pagesRead(t testing.TB, opened *Registry) int {
	t.Helper()
	file, _, err := opened.storage.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file.mu.Lock()
	defer file.mu.Unlock()
	pages := 0
	for _, each := range file.idle {
		if err := each.conn.Raw(func(connection any) error {
			status, ok := connection.(sqlite.DBStatus)
			if !ok {
				return fmt.Errorf("%T tells no status", connection)
			}
			misses, _, err := status.Status(sqlite.DBStatusCacheMiss, false)
			pages += misses
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return pages
}

// request sends a request to a registry in this process; the answer's body has to be closed.
func request(ctx context.Context, t testing.TB, opened *Registry, method, path, content string) *http.Response {
	t.Helper()
	sent, err := http.NewRequestWithContext(ctx, method, "http://embedded/api/2.0/mlflow/"+path, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	sent.Header.Set("Content-Type", "application/json")
	answer, err := Transport(opened).RoundTrip(sent)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestTheFirstWriteDoesNotReadTheWholeFile(t *testing.T) {
	opened := crowded(t, 20_000)
	answer := request(t.Context(), t, opened, http.MethodPost, "model-versions/create", `{"name": "m", "source": "s3://b/x"}`)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("create answered %s", answer.Status)
	}
	// The paths to a row in each of some trees, which are three or four pages high.
	if pages := pagesRead(t, opened); pages == 0 || pages > 50 {
		t.Errorf("the first write has read %d pages", pages)
	}
}
