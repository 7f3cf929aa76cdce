package embedded

import (
	"slices"
	"strings"
)

// maxVersionResults is the most versions that may be asked for at once. It is also what a search returns when
// max_results is not given (the default of MLflow's REST API; its Python client asks for 10,000).
const maxVersionResults = 200_000

var versionGrammar = filterGrammar{
	attributes: []string{"name", "run_id", "source_path", "version_number"},
	lists:      []string{"name", "run_id"},
	numeric:    []string{"creation_timestamp", "last_updated_timestamp", "version_number"},
	searched:   "model version",
}

// searchVersions answers GET model-versions/search: the last updated first unless order_by says otherwise,
// without aliases, without deleted versions, and without prompts unless the filter asks for them.
func searchVersions(request *message) (finder, error) {
	size, ok := request.integers["max_results"]
	if !ok {
		size = maxVersionResults
	}
	if size < 1 {
		return nil, invalidf("Invalid value for max_results. It must be a positive integer, but got %d", size)
	}
	conditions, err := versionGrammar.parse(request.text("filter"))
	if err != nil {
		return nil, err
	}
	var where whereClause
	tooLarge := where.addVersions(conditions)
	if tooLarge != nil && !isInternal(tooLarge) {
		return nil, tooLarge
	}
	clauses := request.lists["order_by"]
	if len(clauses) == 0 {
		clauses = []string{"last_updated_timestamp DESC", "name ASC", "version_number DESC"}
	}
	order, err := orderClauses(clauses, versionSortColumn,
		sortKey{"model_versions.name", true}, sortKey{"model_versions.version", false})
	if err != nil {
		return nil, err
	}
	offset, err := parsePageToken(request.text("page_token"))
	if err != nil {
		return nil, err
	}
	if tooLarge != nil {
		return nil, tooLarge // MLflow's database says so, after all else has been read
	}
	return versionQuery{page: searchPage{size: size, offset: offset}, where: where, order: order}.find, nil
}

// versionQuery is a search for versions.
type versionQuery struct {
	page  searchPage
	where whereClause
	order string
}

// find writes the page. What a version has besides its row, such as tags, is read of those on the page only.
func (q versionQuery) find(t *transaction, answer *longAnswer) error {
	rows := " FROM model_versions WHERE current_stage <> '" + stageDeleted + "' AND " + q.where.sql()
	limit := q.page.limit()
	if q.page.isLong() {
		// SQLite sorts for LIMIT by keeping the best in order, which takes twice as long as to sort them all.
		var count int64
		if err := t.queryRow("SELECT count(*)"+rows, q.where.arguments...).Scan(&count); err != nil {
			return err
		}
		if count <= limit {
			limit = -1
		}
	}
	// CROSS JOIN keeps the order of the inner query.
	found, err := t.query("SELECT "+versionColumns+" FROM (SELECT model_versions.rowid AS id"+rows+" ORDER BY "+q.order+
		" LIMIT ? OFFSET ?) CROSS JOIN model_versions ON model_versions.rowid = id",
		append(slices.Clone(q.where.arguments), limit, q.page.offset)...)
	if err != nil {
		return err
	}
	defer found.Close() //nolint:errcheck // found.Err tells
	count, token := int64(0), ""
	for found.Next() {
		if count++; count > q.page.size {
			token = pageToken(q.page.offset + q.page.size)
			break
		}
		version, err := scanVersion(found)
		if err != nil {
			return err
		}
		if err := answer.next(); err != nil {
			return err
		}
		version.write(&answer.json)
	}
	if err := found.Err(); err != nil {
		return err
	}
	answer.end(token)
	return nil
}

// versionSortColumns are the keys of order_by, in the order of MLflow's message.
var versionSortColumns = []struct{ key, column string }{
	{"creation_timestamp", "creation_time"},
	{"last_updated_timestamp", "last_updated_time"},
	{"name", "model_versions.name"},
	{"version_number", "model_versions.version"},
}

func versionSortColumn(given string) (string, error) {
	entity, key, dotted := strings.Cut(given, ".")
	if !dotted {
		entity, key = "attribute", given
	}
	if !slices.Contains([]string{"attribute", "attributes", "tag", "tags"}, entity) {
		return "", invalidf("Invalid entity type '%s'. Valid entity types are ('attribute', 'attributes', 'tag', 'tags')", entity)
	}
	key = trimQuotes(trimQuotes(key, `'"`), "`")
	var keys []string
	for _, known := range versionSortColumns {
		if known.key == key {
			return known.column, nil
		}
		keys = append(keys, known.key)
	}
	if strings.HasPrefix(entity, "tag") {
		return "", invalidf("Invalid order by key '%s' specified. Valid keys are {%s}", key, pythonReprs(keys))
	}
	return "", invalidf("Invalid attribute key '%s' specified. Valid keys are '{%s}'", key, pythonReprs(keys))
}

// versionFilterColumns are the columns of the attributes of a filter.
var versionFilterColumns = map[string]string{
	"name": "model_versions.name", "run_id": "run_id", "source_path": "source", "version_number": "model_versions.version",
}

// addVersions adds what the filter asks of versions. A number that no database can hold is told last.
func (w *whereClause) addVersions(conditions []condition) error {
	var tooLarge error
	for _, c := range conditions {
		if c.tag {
			if err := checkTagComparator(c); err != nil {
				return err
			}
			continue
		}
		var value = c.value
		if c.key == "version_number" {
			switch c.comparator {
			case "=", "!=", "<", "<=", ">", ">=":
			default:
				return invalidf("Invalid comparator for attribute %s: %s", c.key, c.comparator)
			}
			number, err := c.number()
			if isInternal(err) {
				tooLarge = err
				continue
			}
			if err != nil {
				return err
			}
			value = number
		} else if err := checkTextComparator(c); err != nil {
			return err
		} else if (c.comparator == "IN" || c.comparator == "NOT IN") && c.key != "name" && c.key != "run_id" {
			return invalidf("Invalid comparator for attribute: %s", c.comparator)
		}
		if err := w.compare(versionFilterColumns[c.key], c.comparator, value); err != nil {
			return err
		}
	}
	if err := w.addTags(conditions, "model_version_tags", "model_versions.name",
		"model_version_tags.name = model_versions.name AND model_version_tags.version = model_versions.version"); err != nil {
		return err
	}
	return tooLarge
}
