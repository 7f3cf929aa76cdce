package embedded

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// contentTables are the tables of a registry and their columns, each after those that it refers to. The rows of a table
// are put back in the order in which they were made, which MLflow lists tags in.
var contentTables = []struct {
	name    string
	columns []string
}{
	{"registered_models", []string{"name", "creation_time", "last_updated_time", "description"}},
	{"model_versions", []string{
		"name", "version", "creation_time", "last_updated_time", "description", "user_id", "current_stage", "source",
		"storage_location", "run_id", "run_link", "status", "status_message",
	}},
	{"registered_model_tags", []string{"name", "key", "value"}},
	{"model_version_tags", []string{"name", "version", "key", "value"}},
	{"registered_model_aliases", []string{"name", "alias", "version"}},
}

// replaceContent gives the registry at target, which others have open, the content of the one at copied, in one
// transaction.
func replaceContent(ctx context.Context, target, copied string) error {
	from, err := sql.Open(driverName, dataSource(copied, "mode=ro&immutable=1"))
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // only read
	into, err := openStorage(target)
	if err != nil {
		return err
	}
	err = into.write(ctx, func(t *transaction) error {
		for i := len(contentTables) - 1; i >= 0; i-- {
			if err := t.exec("DELETE FROM " + contentTables[i].name); err != nil {
				return err
			}
		}
		for _, table := range contentTables {
			if err := t.copyRows(from, table.name, table.columns); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, into.close())
}

// copyRows copies a table, in the order of its rows.
func (t *transaction) copyRows(from *sql.DB, table string, columns []string) error {
	names := strings.Join(columns, ", ")
	rows, err := from.QueryContext(t.ctx, "SELECT "+names+" FROM "+table+" ORDER BY rowid")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	insert := "INSERT INTO " + table + " (" + names + ") VALUES (?" + strings.Repeat(", ?", len(columns)-1) + ")"
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := t.exec(insert, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// count returns how many models and versions the registry in a file has.
func count(ctx context.Context, path string) (models, versions int, err error) {
	pool, err := sql.Open(driverName, dataSource(path, "mode=ro&immutable=1"))
	if err != nil {
		return 0, 0, err
	}
	err = pool.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM registered_models), "+
		"(SELECT count(*) FROM model_versions WHERE current_stage <> '"+stageDeleted+"')").Scan(&models, &versions)
	return models, versions, errors.Join(err, pool.Close())
}
