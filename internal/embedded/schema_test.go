package embedded_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// The registry in testdata/schema-1.sqlite was made by the last build that knew only version 1 of the schema: model m
// with versions 1 to 5, of which 2 is archived, 3 in Production and champion, 4 in Staging.
const olderFile = "testdata/schema-1.sqlite"

// olderRegistry returns the path of a copy of olderFile.
func olderRegistry(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	writeFile(t, path, readFile(t, olderFile))
	return path
}

// column runs a query on a plain SQLite file and returns its first column.
func column(t *testing.T, path, query string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// contents returns what the registry answers about the model m.
func (c client) contents() string {
	c.t.Helper()
	text, err := json.Marshal([]any{
		c.want(http.StatusOK, "GET", "registered-models/get?name=m", nil),
		c.want(http.StatusOK, "GET", "model-versions/search?filter=name%3D'm'&order_by=version_number", nil),
		c.want(http.StatusOK, "GET", "registered-models/alias?name=m&alias=champion", nil),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

func TestAnOlderFileIsReadAsItIsAndMigratedWithTheFirstWrite(t *testing.T) {
	path := olderRegistry(t)
	client := openClient(t, path)
	older := client.contents()
	if holders := client.holders("Production"); !equal(holders, []string{"3"}) {
		t.Fatalf("the holders are %v, want 3: %s", holders, older)
	}
	if !bytes.Equal(readFile(t, path), readFile(t, olderFile)) {
		t.Fatal("reading changed the file")
	}
	client.wantCode("RESOURCE_DOES_NOT_EXIST", "DELETE", "registered-models/delete", body{"name": "other"})
	if got := column(t, path, "PRAGMA user_version"); !equal(got, []string{"1"}) {
		t.Fatalf("a write that was refused left schema version %v, want 1", got)
	}
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "other"})
	if got := client.contents(); got != older {
		t.Errorf("after the migration the registry holds\n%s, and before it\n%s", got, older)
	}

	made := filepath.Join(t.TempDir(), "made.db")
	openClient(t, made).want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	for _, query := range []string{"PRAGMA user_version", "PRAGMA application_id", "SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1"} {
		if migrated, fresh := column(t, path, query), column(t, made, query); !equal(migrated, fresh) {
			t.Errorf("%s: a migrated registry has %q, a new one %q", query, migrated, fresh)
		}
	}
}

func TestTwoThatFindAnOlderFileMigrateItOnce(t *testing.T) {
	path := olderRegistry(t)
	clients := [2]client{openClient(t, path), openClient(t, path)}
	older := clients[0].contents()
	if older != clients[1].contents() {
		t.Fatal("two readers read different things")
	}
	clients[0].want(http.StatusOK, "POST", "registered-models/create", body{"name": "a"})
	clients[1].want(http.StatusOK, "POST", "registered-models/create", body{"name": "b"})
	if got := clients[1].contents(); got != older {
		t.Errorf("the registry holds\n%s, and before\n%s", got, older)
	}
}

func TestAFileThatANewerVersionMigratesWhileOpenIsRefused(t *testing.T) {
	path := olderRegistry(t)
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "a"})
	database(t, path, "PRAGMA user_version = 99")
	for _, message := range []string{
		client.wantCode("INTERNAL_ERROR", "GET", "registered-models/get?name=m", nil),
		client.wantCode("INTERNAL_ERROR", "POST", "registered-models/create", body{"name": "b"}),
	} {
		if want := "embedded registry: registry.db was written by a newer version: it has schema version 99"; !bytes.HasPrefix([]byte(message), []byte(want)) {
			t.Errorf("the message is %q, want %q", message, want)
		}
	}
}

func TestAKillDuringAMigrationLosesNothing(t *testing.T) {
	older := openClient(t, olderRegistry(t)).contents()
	random := rand.New(rand.NewPCG(5, 5))
	done := 0
	for round := range *kills / 3 {
		path := olderRegistry(t)
		command, reported, _ := startHelper(t, "migrator", path)
		timer := time.AfterFunc(time.Duration(random.IntN(25_000))*time.Microsecond, func() { _ = command.Process.Kill() })
		migrated := reported.Scan() && reported.Text() == "created <nil>"
		_ = command.Wait() // killed or done
		timer.Stop()
		client := openClient(t, path)
		if migrated {
			client.want(http.StatusOK, "GET", "registered-models/get?name=other", nil)
			done++
		}
		client.want(http.StatusOK, "POST", "registered-models/create", body{"name": fmt.Sprint("after ", round)})
		if got := client.contents(); got != older {
			t.Fatalf("round %d: the registry holds\n%s, and before\n%s", round, got, older)
		}
	}
	t.Logf("%d of %d were done before the kill", done, *kills/3)
}

func TestForeignKeysAreKept(t *testing.T) {
	path := olderRegistry(t)
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/rename", body{"name": "m", "new_name": "n"})
	if got := column(t, path, "SELECT DISTINCT name FROM model_version_tags"); !equal(got, []string{"n"}) {
		t.Errorf("the tags of versions belong to %v, want n", got)
	}
	client.want(http.StatusOK, "DELETE", "registered-models/delete", body{"name": "n"})
	for _, table := range []string{"model_versions", "registered_model_tags", "model_version_tags", "registered_model_aliases"} {
		if left := column(t, path, "SELECT count(*) FROM "+table); !equal(left, []string{"0"}) {
			t.Errorf("%v rows are left in %s", left, table)
		}
	}
}
