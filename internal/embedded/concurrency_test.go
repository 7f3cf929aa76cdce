package embedded_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// openTwice opens one file through two registries, as two processes would.
func openTwice(t *testing.T) [2]client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "registry.db")
	return [2]client{openClient(t, path), openClient(t, path)}
}

func TestTwoRegistriesOnOneFileGiveEachNumberOnce(t *testing.T) {
	clients := openTwice(t)
	const writers, each = 4, 25
	var group sync.WaitGroup
	var mu sync.Mutex
	var numbers []int
	for writer := range writers {
		group.Go(func() {
			client := clients[writer%2]
			// The first write of each makes the file, or the model, or finds it made.
			if status, answer := client.send("POST", "registered-models/create", body{"name": "m"}); status != http.StatusOK &&
				answer["error_code"] != "RESOURCE_ALREADY_EXISTS" {
				t.Errorf("create answered %d %v", status, answer)
			}
			for range each {
				status, answer := client.send("POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
				if status != http.StatusOK {
					t.Errorf("create answered %d %v", status, answer)
					return
				}
				number, err := strconv.Atoi(answer["model_version"].(map[string]any)["version"].(string))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				numbers = append(numbers, number)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	slices.Sort(numbers)
	for i, number := range numbers {
		if number != i+1 {
			t.Fatalf("the numbers are %v, want 1 to %d", numbers, writers*each)
		}
	}
	if len(numbers) != writers*each {
		t.Errorf("%d versions were made, want %d", len(numbers), writers*each)
	}
}

// holders returns the versions of m in a stage.
func (c client) holders(stage string) []string {
	c.t.Helper()
	var holders []string
	answer := c.want(http.StatusOK, "GET", "model-versions/search?filter=name%3D'm'", nil)
	versions, _ := answer["model_versions"].([]any)
	for _, version := range versions {
		if v := version.(map[string]any); v["current_stage"] == stage {
			holders = append(holders, v["version"].(string))
		}
	}
	return holders
}

func TestRacingPromotionsAlwaysLeaveOneHolderAndReadersNeverSeeAnother(t *testing.T) {
	clients := openTwice(t)
	clients[0].want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	const versions, rounds = 4, 20
	for range versions {
		clients[0].want(http.StatusOK, "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
	}
	promote := func(client client, version int) {
		status, answer := client.send("POST", "model-versions/transition-stage", body{
			"name": "m", "version": fmt.Sprint(version), "stage": "Production", "archive_existing_versions": true,
		})
		if status != http.StatusOK {
			t.Errorf("transition-stage answered %d %v", status, answer)
		}
	}
	promote(clients[0], 1)

	over := make(chan struct{})
	var readers sync.WaitGroup
	for _, client := range clients {
		readers.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				if holders := client.holders("Production"); len(holders) != 1 {
					t.Errorf("a reader saw the holders %v, want one", holders)
				}
			}
		})
	}
	for range rounds {
		var writers sync.WaitGroup
		for version := 1; version <= versions; version++ {
			writers.Go(func() { promote(clients[version%2], version) })
		}
		writers.Wait()
		if holders := clients[0].holders("Production"); len(holders) != 1 {
			t.Fatalf("the holders are %v, want one", holders)
		}
	}
	close(over)
	readers.Wait()
}

func TestAWriteWaitsForAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "m"})
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	// Longer than SQLite itself waits, so that the registry's own patience is what helps.
	released := make(chan error, 1)
	time.AfterFunc(700*time.Millisecond, func() {
		_, err := other.ExecContext(t.Context(), "ROLLBACK")
		released <- errors.Join(err, other.Close())
	})
	client.want(http.StatusOK, "GET", "registered-models/get?name=m", nil)
	client.want(http.StatusOK, "POST", "model-versions/create", body{"name": "m", "source": "s3://b/x"})
	if err := <-released; err != nil {
		t.Fatal(err)
	}
}

func TestADeletedFileIsNotWrittenAnyMore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "registry.db")
	client := openClient(t, path)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "old"})
	removeAll(t, path)
	client.wantCode("RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get?name=old", nil)
	client.want(http.StatusOK, "POST", "registered-models/create", body{"name": "new"})
	other := openClient(t, path)
	other.want(http.StatusOK, "GET", "registered-models/get?name=new", nil)
	other.wantCode("RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get?name=old", nil)

	removeAll(t, path)
	other.want(http.StatusOK, "POST", "registered-models/create", body{"name": "newest"})
	client.want(http.StatusOK, "GET", "registered-models/get?name=newest", nil)
	client.wantCode("RESOURCE_DOES_NOT_EXIST", "GET", "registered-models/get?name=new", nil)
}

func TestSeveralMayMakeTheFileAtOnce(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "registry.db")
		start := make(chan struct{})
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				<-start
				client := openClient(t, path)
				name := fmt.Sprint("model ", i)
				if status, answer := client.send("POST", "registered-models/create", body{"name": name}); status != http.StatusOK {
					t.Errorf("create answered %d %v", status, answer)
				}
			})
		}
		close(start)
		group.Wait()
		answer := openClient(t, path).want(http.StatusOK, "GET", "registered-models/search", nil)
		if models, _ := answer["registered_models"].([]any); len(models) != 4 {
			t.Errorf("the registry holds %v, want four models", models)
		}
	}
}
