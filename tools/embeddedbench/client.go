package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver to fill MLflow's file with
)

// client measures one registry.
type client struct {
	http *http.Client
	uri  string
}

// send sends one request and returns how long it took until all of the answer was there.
func (c client) send(ctx context.Context, method, path string, content map[string]any) (time.Duration, []byte, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, c.uri+"/api/2.0/mlflow/"+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	start := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	answer, err := io.ReadAll(response.Body)
	took := time.Since(start)
	err = errors.Join(err, response.Body.Close())
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s answered %d %.200s", method, path, response.StatusCode, answer)
	}
	return took, answer, err
}

func (c client) post(ctx context.Context, path string, content map[string]any) (time.Duration, error) {
	took, _, err := c.send(ctx, http.MethodPost, path, content)
	return took, err
}

func (c client) createVersion(ctx context.Context, number int) (time.Duration, error) {
	return c.post(ctx, "model-versions/create", map[string]any{
		"name": "m", "source": "s3://bucket/model", "run_id": "", "tags": []map[string]string{{"key": "n", "value": fmt.Sprint(number)}},
	})
}

// writes makes versions of the model m and then lets two of them take turns in Production, with a bare fsync before
// each, so that both meet the same other work of the machine.
func (c client) writes(ctx context.Context, count int, disk *disk) (result figures, err error) {
	if _, err := c.post(ctx, "registered-models/create", map[string]any{"name": "m"}); err != nil {
		return result, err
	}
	var creating, moving []time.Duration
	for i := range count {
		if err := disk.sync(); err != nil {
			return result, err
		}
		took, err := c.createVersion(ctx, i)
		if err != nil {
			return result, err
		}
		creating = append(creating, took)
	}
	for i := range count {
		if err := disk.sync(); err != nil {
			return result, err
		}
		took, err := c.post(ctx, "model-versions/transition-stage", map[string]any{
			"name": "m", "version": fmt.Sprint(i%2 + 1), "stage": "Production", "archive_existing_versions": true,
		})
		if err != nil {
			return result, err
		}
		moving = append(moving, took)
	}
	return figures{create: median(creating), transition: median(moving)}, nil
}

// fill makes more versions, so that there are count.
func (c client) fill(ctx context.Context, count int) error {
	for i := ourWrites; i < count; i++ {
		if _, err := c.createVersion(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// searches reads all versions as MLflow's client does.
func (c client) searches(ctx context.Context, times int) (time.Duration, error) {
	var taken []time.Duration
	for range times {
		took, answer, err := c.send(ctx, http.MethodGet, fmt.Sprintf("model-versions/search?max_results=%d&filter=%s",
			found, url.QueryEscape("name = 'm'")), nil)
		if err != nil {
			return 0, err
		}
		var versions struct {
			Versions []json.RawMessage `json:"model_versions"`
		}
		if err := json.Unmarshal(answer, &versions); err != nil {
			return 0, fmt.Errorf("the answer of the search: %w", err)
		}
		if len(versions.Versions) != found {
			return 0, fmt.Errorf("the search returned %d versions, want %d", len(versions.Versions), found)
		}
		taken = append(taken, took)
	}
	return median(taken), nil
}

// bareAnswers asks for what needs neither the database nor the disk.
func (c client) bareAnswers(ctx context.Context, times int) (time.Duration, error) {
	var taken []time.Duration
	for range times {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.uri+"/health", nil)
		if err != nil {
			return 0, err
		}
		start := time.Now()
		response, err := c.http.Do(request)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, response.Body)
		taken = append(taken, time.Since(start))
		if err = errors.Join(err, response.Body.Close()); err != nil {
			return 0, err
		}
	}
	return median(taken), nil
}

// fillMLflow copies the last version and its tag in MLflow's own file until there are count: through MLflow it would
// take a quarter of an hour.
func fillMLflow(ctx context.Context, file string, count int) (err error) {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, table := range []string{"model_versions", "model_version_tags"} {
		var columns string
		if err := db.QueryRowContext(ctx, "SELECT group_concat(name) FROM pragma_table_info(?)", table).Scan(&columns); err != nil {
			return err
		}
		copied := strings.Replace(","+columns+",", ",version,", ",number,", 1)
		if _, err := db.ExecContext(ctx, fmt.Sprintf("WITH RECURSIVE numbers (number) AS (SELECT %[1]d UNION ALL "+
			"SELECT number + 1 FROM numbers WHERE number < %[2]d) INSERT INTO %[3]s (%[4]s) SELECT %[5]s FROM numbers, %[3]s "+
			"WHERE version = %[6]d", mlflowWrites+1, count, table, columns, strings.Trim(copied, ","), mlflowWrites)); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}
