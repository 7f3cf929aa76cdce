package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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

// counted sums a counter over the connections of a registry.
func counted(t testing.TB, opened *Registry, what sqlite.DBStatusOp) int {
	t.Helper()
	file, _, err := opened.storage.use(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file.mu.Lock()
	defer file.mu.Unlock()
	sum := 0
	for _, each := range file.idle {
		if err := each.conn.Raw(func(connection any) error {
			status, ok := connection.(sqlite.DBStatus)
			if !ok {
				return fmt.Errorf("%T tells no status", connection)
			}
			count, _, err := status.Status(what, false)
			sum += count
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return sum
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
	if pages := counted(t, opened, sqlite.DBStatusCacheMiss); pages == 0 || pages > 50 {
		t.Errorf("the first write has read %d pages", pages)
	}
}

// steps returns how many pages of the file, from the cache or not, the connections of a registry have looked at so far.
func steps(t testing.TB, opened *Registry) int {
	t.Helper()
	return counted(t, opened, sqlite.DBStatusCacheHit) + counted(t, opened, sqlite.DBStatusCacheMiss)
}

func TestASearchCostsWhatItsPageCosts(t *testing.T) {
	few, many := crowded(t, 100), crowded(t, 100_000)
	for _, query := range []string{
		"max_results=100",
		"max_results=100&filter=name%3D'm'",
		"max_results=100&filter=name%3D'm'&order_by=version_number",
		"max_results=100&order_by=last_updated_timestamp+DESC",
	} {
		cost := func(opened *Registry) int {
			t.Helper()
			before := steps(t, opened)
			answer := request(t.Context(), t, opened, http.MethodGet, "model-versions/search?"+query, "")
			defer answer.Body.Close()
			var page versionPage
			if err := json.NewDecoder(answer.Body).Decode(&page); err != nil || len(page.Versions) != 100 {
				t.Fatalf("%s: %d versions were found (%v), want 100", query, len(page.Versions), err)
			}
			for _, version := range page.Versions {
				if len(version.Tags) != 1 {
					t.Fatalf("%s: version %s has the tags %v", query, version.Version, version.Tags)
				}
			}
			return steps(t, opened) - before
		}
		// The trees of many are a page or two higher.
		if first, second := cost(few), cost(many); second > 3*first+100 {
			t.Errorf("%s: of 100 versions it takes %d steps, of 100,000 it takes %d", query, first, second)
		} else {
			t.Logf("%s: %d and %d steps", query, first, second)
		}
	}
}

func TestTagsAreReadOfWhatIsOnThePage(t *testing.T) {
	opened := crowded(t, 20_000)
	cost := func(query string) int {
		t.Helper()
		before := steps(t, opened)
		answer := request(t.Context(), t, opened, http.MethodGet, "model-versions/search?max_results=100&"+query, "")
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s answered %s, %v", query, answer.Status, err)
		}
		return steps(t, opened) - before
	}
	// No index has this order: each row is looked at, and no more than that.
	if taken := cost("order_by=creation_timestamp"); taken > 3*20_000 {
		t.Errorf("to sort 20,000 versions takes %d steps", taken)
	}
}
