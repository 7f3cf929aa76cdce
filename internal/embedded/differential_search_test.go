//go:build differential

package embedded_test

import "strings"

// search makes a search that finds nothing but the models of this run.
func (g *generator) search(path string, versions bool) sample {
	pairs := []string{"filter", g.filter(versions)}
	if g.rarely(3) {
		pairs = append(pairs, "max_results", pick(g, "1", "2", "3", "100", "1000", "0", "-1", "-2", "1001", "200001", "abc", "1.5", "", "1_0", "99999999999999999999"))
	}
	for range pick(g, 0, 0, 1, 1, 2, 3) {
		pairs = append(pairs, "order_by", g.orderBy(versions))
	}
	if g.rarely(6) {
		pairs = append(pairs, "page_token", pick(g, "", "abc", "e30=", "MQ==", "bnVsbA==", "eyJvZmZzZXQiOiAxfQ==", "eyJvZmZzZXQiOiAyfQ==", "eyJvZmZzZXQiOiAwfQ==",
			"eyJvZmZzZXQiOiAtMX0=", "eyJvZmZzZXQiOiAiMyJ9", "eyJvZmZzZXQiOiAieCJ9", "é", "eyJ", "eHh4", "eyJvZmZzZXQiOiAxLjV9", "eyJhIjogImInYyJ9", "/w==", "==", "e30"))
	}
	return g.query(path, pairs...)
}

func (g *generator) filter(versions bool) string {
	own := "name LIKE '" + g.prefix + "%'"
	if g.rarely(6) {
		return g.oddFilter() + pick(g, "", " AND "+own)
	}
	conditions := []string{own}
	for range g.IntN(4) {
		conditions = append(conditions, g.condition(versions))
	}
	g.Shuffle(len(conditions), func(i, j int) { conditions[i], conditions[j] = conditions[j], conditions[i] })
	return strings.Join(conditions, pick(g, " AND ", " and ", "  AND\n", " And "))
}

func (g *generator) quoted(text string) string {
	if strings.Contains(text, "'") || g.rarely(4) {
		return `"` + text + `"`
	}
	return "'" + text + "'"
}

func (g *generator) condition(versions bool) string {
	blank := pick(g, " ", "", "  ")
	text := pick(g, " = ", " != ", " LIKE ", " ILIKE ", " like ", "=", "!=", " iLike ")
	value := func() string {
		return g.quoted(pick(g, g.name(), g.prefix+"%", "%a", "%A", "_%", "v", "V", "true", "%", "", "s3://bucket/model", "abc", "1"))
	}
	if g.rarely(15) {
		return g.nullComparison()
	}
	switch g.IntN(9) {
	case 0:
		return "name" + text + g.quoted(g.name())
	case 1:
		return pick(g, "name", "run_id", "source_path", "attribute.name", "version_number") + " " + pick(g, "IN", "NOT IN", "in", "not in", "Not  In") + pick(g, " ", "", "  ") + g.list()
	case 2, 3, 4:
		key := pick(g, "k", "k2", "team", "`a.b`", "a.b", "`with space`", `"with space"`, "K", "mlflow.x", "`mlflow.prompt.is_prompt`", "mlflow.prompt.is_prompt", "order", "日本", "k-2", "1a", "name", "`k`")
		return pick(g, "tags.", "tag.", "tags.", "tags.", "Tags.", "param.") + key + text + value()
	case 5, 6:
		if !versions {
			return "name" + text + value()
		}
		return "version_number" + blank + pick(g, "=", "!=", "<", "<=", ">", ">=", "<>", "==", " LIKE ") + blank +
			pick(g, "1", "2", "3", "-1", "'2'", `"3"`, "1.5", "'x'", "99999999999999999999", "foo", "'1.0'", "1e3", "' 2 '")
	case 7:
		return pick(g, "run_id", "source_path") + text + value()
	default:
		return pick(g, "name", "foo", "creation_timestamp", "last_updated_timestamp", "status", "version", "user_id", "Name", "attribute.foo", "`name`", `"name"`, "attributes.name") +
			pick(g, " = ", " > ", " <> ", " == ", " NOT LIKE ", " RLIKE ", "<", " is ") + pick(g, "'a'", "5", "1.5", "foo", "`a`", "NULL", `"a"`, "('a')", "-3")
	}
}

// nullComparison asks whether something has a value at all, which MLflow's language has for other searches.
func (g *generator) nullComparison() string {
	left := pick(g, "name", "tags.k", "tags.`k`", `tags."k"`, "tag.team", "tags.missing", "run_id", "version_number", "attribute.name", "attributes.name", "source_path", "foo", "tags.a.b",
		"tags.`with space`", "param.k", "'a'", "5", "(name)", "tags.", "creation_timestamp", "mlflow.x", "tags.k j")
	return left + pick(g, " ", " ", "  ", "\n", "") + pick(g, "IS", "is", "Is", "IS  ", "=", "NOT") + pick(g, " ", " ", "\t", "") +
		pick(g, "NULL", "null", "NOT NULL", "not null", "NOT  NULL", "NOT", "NULL NULL", "NOT NOT NULL", "'null'", "TRUE", "NULLS", "")
}

func (g *generator) list() string {
	return pick(g, "('a')", "('"+g.prefix+"a', '"+g.prefix+"b')", `("`+g.prefix+`it's", '`+g.prefix+`A')`, "()", "('a',)", "('a' 'b')", "(a)", "(1)", "('a', 1)", `('it\'s')`, `('\x61')`,
		"('a',,'b')", "(,)", "('a'", "'a'", "(('a'))", "('a', ('b'))", "['a']", "('"+g.prefix+"c d')", "('abc', 'r1')", "( 'a' , 'b' )")
}

// oddFilter is what no client should send.
func (g *generator) oddFilter() string {
	if g.rarely(2) {
		deep := pick(g, 3, 100, 101)
		return pick(g, "name IN "+strings.Repeat("(", deep)+"'a'"+strings.Repeat(")", deep), "name", "name =", "= 'a'", "'a' = name", "name 'a'", "name = 'a' OR name = 'b'", "(name = 'a')", ";", "name = 'a';", "name = 'a'; name = 'b'", " ", "AND", "name = 'a' AND",
			"AND name = 'a'", "name = 'a' name = 'b'", "name = 'a' foo", "name = 'a", `name = "a`, "name IS NULL", "tags.k IS NULL", "tags.k IS NOT NULL", "name = 'a', name = 'b'",
			"name = 'a' -- c", "tags.`a`b = 'x'", "tags. k = 'v'", "tags .k = 'v'", "tags. = 'v'", ".k = 'v'", "tags.k.j = 'v'", "name BETWEEN 'a' AND 'b'", "name = 'a''b'", `name = 'a\'b'`,
			"name = lower('A')", "name + 1 = 'a'", "tags.a/b = 'v'", "tags.a:b = 'v'", "select 1", "name IN ('a') foo", "name NOT = 'a'", "NOT name = 'a'", "tags.k = v", "tags.k = ''", "tags.k = '\"'",
			"name ! = 'x'", "\u3000", "name =\u00a0'a'", "name = 'a' && name = 'b'", "tags.`k` IN ('v')", "tags.'k' = 'v'", "name LIKE 5", "name = ''", "tags.k\u0301 = 'v'", "é = 'v'", "name = \"a\"\"b\"", "name = 'a' AND tags.k = 5")
	}
	parts := make([]string, 0, 6)
	for range 1 + g.IntN(5) {
		parts = append(parts, pick(g, "name", "tags.k", "=", "!=", "'a'", `"a"`, "AND", "OR", "IN", "NOT", "LIKE", "(", ")", "('a')", ",", "5", "1.5", "version_number", ">", ".", "`x`", "NULL", "foo", "-", "*"))
	}
	return strings.Join(parts, pick(g, " ", " ", ""))
}

func (g *generator) orderBy(versions bool) string {
	if g.rarely(8) {
		return pick(g, "", " ", "name ", " name", "name, version_number", "name foo", "name asc desc", "name ASC NULLS FIRST", "'name'", `"name" DESC`, "5", "5 ASC", "name;", "foo.name", "tags.k", "tag.name ASC",
			"attribute.name DESC", "attributes.name", "`name`", "`name` ASC", "Name", "version", "timestamp ASC DESC", "name.x", "(name)", "timestamp  desc", "TIMESTAMP", "desc", "name  DESC", "name=1", "`a b` asc")
	}
	keys := []string{"name", "timestamp", "last_updated_timestamp", "creation_timestamp"}
	if versions {
		keys = []string{"name", "version_number", "last_updated_timestamp", "creation_timestamp", "run_id"}
	}
	return pick(g, keys...) + pick(g, "", " ASC", " DESC", " asc", " Desc")
}
