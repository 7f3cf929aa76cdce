package embedded

import "strings"

// searchFields returns the fields of a search.
func searchFields(most int64) []field {
	return []field{text("filter"), pageSize(most), textList("order_by"), text("page_token")}
}

// searchPage is which part of the results is asked for.
type searchPage struct{ size, offset int64 }

// limit asks for one more than the page holds, to see whether there is another page.
func (p searchPage) limit() int64 { return p.size + 1 }

// isLong reports whether the page is likely to hold all results.
func (p searchPage) isLong() bool { return p.size >= 1000 && p.offset == 0 }

// cut takes the surplus off the results, and returns the token of the next page if there is one. A negative
// size, which MLflow allows for models, counts from the end.
func cut[T any](page searchPage, results []T) ([]T, string) {
	next := ""
	if int64(len(results)) == page.limit() {
		next = pageToken(page.offset + page.size)
	}
	size := page.size
	if size < 0 {
		size = max(0, int64(len(results))+size)
	}
	return results[:min(size, int64(len(results)))], next
}

// whereClause is a condition of SQL with its arguments.
type whereClause struct {
	parts     []string
	arguments []any
}

func (w *whereClause) add(part string, arguments ...any) {
	w.parts = append(w.parts, part)
	w.arguments = append(w.arguments, arguments...)
}

func (w *whereClause) sql() string {
	if len(w.parts) == 0 {
		return "TRUE"
	}
	return strings.Join(w.parts, " AND ")
}

// compare adds column comparator value.
func (w *whereClause) compare(column, comparator string, value any) error {
	list, isList := value.([]string)
	switch {
	case isList != (comparator == "IN" || comparator == "NOT IN"):
		return apiErrorf(codeBadRequest, "(sqlite3.ProgrammingError) a list is compared with IN, anything else is not")
	case isList:
		var arguments []any
		for _, item := range list {
			arguments = append(arguments, item)
		}
		w.add(column+" "+comparator+" ("+strings.TrimSuffix(strings.Repeat("?, ", len(list)), ", ")+")", arguments...)
	case comparator == "ILIKE":
		w.add("lower("+column+") LIKE lower(?)", value)
	default:
		w.add(column+" "+comparator+" ?", value)
	}
	return nil
}

// promptFilter reports whether a filter asks for prompts; the first condition on the prompt tag decides.
func promptFilter(conditions []condition) bool {
	for _, c := range conditions {
		if !c.tag || c.key != promptKey {
			continue
		}
		value, _ := c.value.(string)
		value = strings.ToLower(value)
		return c.comparator == "=" && value == "true" || c.comparator == "!=" && value == "false"
	}
	return false
}

// addTags adds what the filter asks of tags: for each key, one tag for which all its conditions hold. Unless
// prompts are asked for, they are left out, and so is what the filter says of the prompt tag.
func (w *whereClause) addTags(conditions []condition, tagTable, owner, sameOwner string) error {
	prompts := promptFilter(conditions)
	byKey := map[string]*whereClause{}
	var keys []string
	for _, c := range conditions {
		if !c.tag {
			continue
		}
		if byKey[c.key] == nil {
			byKey[c.key] = &whereClause{}
			keys = append(keys, c.key)
		}
		if err := byKey[c.key].compare("value", c.comparator, c.value); err != nil {
			return err
		}
	}
	for _, key := range keys {
		if key == promptKey && !prompts {
			continue
		}
		w.add("EXISTS (SELECT 1 FROM "+tagTable+" WHERE "+sameOwner+" AND key = ? AND "+byKey[key].sql()+")",
			append([]any{key}, byKey[key].arguments...)...)
	}
	if !prompts {
		w.add(owner + " NOT IN (SELECT name FROM " + tagTable + " WHERE key = '" + promptKey + "' AND value = 'true')")
	}
	return nil
}

// checkTagComparator refuses a comparison that tags don't have.
func checkTagComparator(c condition) error {
	switch c.comparator {
	case "=", "!=", "LIKE", "ILIKE":
		return nil
	}
	return invalidf("Invalid comparator for tag: %s", c.comparator)
}

// checkTextComparator refuses a comparison that text attributes don't have.
func checkTextComparator(c condition) error {
	switch c.comparator {
	case "=", "!=", "LIKE", "ILIKE", "IN", "NOT IN":
		return nil
	}
	return invalidf("Invalid comparator for attribute: %s", c.comparator)
}
