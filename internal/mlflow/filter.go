package mlflow

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// nameFilter returns a search filter that matches every version of the named model, and perhaps versions
// of models with a similar name: the caller keeps those whose name is equal.
func nameFilter(name string) string { return equals("name", name) }

// equals returns a condition that holds where left is value, and perhaps elsewhere: the caller keeps what is equal.
//
// MLflow's filter language (utils/search_utils.py, on sqlparse) has no escapes for the value of "=": it cuts
// the outer quotes off and takes the rest as it stands. So a value is quoted with the kind of quote it does not
// hold. One that holds both kinds can't be written at all; it is matched by LIKE with the wildcard "_"
// for each quote. So is one that ends with a back-slash, which sqlparse takes for an escape of the quote if
// another comes later. A back-slash is then a wildcard as well, for PostgreSQL and MySQL read it as an escape.
// "%" and "_" in the value match themselves and more, which is enough here.
func equals(left, value string) string {
	switch {
	case strings.HasSuffix(value, `\`), strings.Contains(value, `'`) && strings.Contains(value, `"`):
		return left + ` LIKE '` + likeWildcards.Replace(value) + `'`
	case !strings.Contains(value, `'`):
		return left + ` = '` + value + `'`
	default:
		return left + ` = "` + value + `"`
	}
}

var likeWildcards = strings.NewReplacer(`'`, `_`, `\`, `_`)

// maxFilter is how many bytes of a URL a filter takes with the conditions that may be left out of it: gunicorn, MLflow's server up to
// 3.4, takes request lines of up to 4,094, of which the rest is for the path, the order and the token of a page.
const maxFilter = 3000

// searchFilter writes what a search asks for in one filter: our own conditions first, so that nothing in the user's can take
// them away, and the user's as it is. A tag that would make it too long is left out: the caller keeps what has it (hasTags).
func searchFilter(search registry.Search) string {
	var conditions []string
	if search.Model != "" {
		conditions = append(conditions, nameFilter(search.Model))
	}
	if len(search.Models) > 0 {
		conditions = append(conditions, `name IN ('`+strings.Join(search.Models, `','`)+`')`)
	}
	if search.Prefix != "" {
		conditions = append(conditions, `name LIKE '`+likeWildcards.Replace(search.Prefix)+`%'`)
	}
	length := inURL(strings.Join(append(conditions, search.Filter), conjunction))
	for _, key := range slices.Sorted(maps.Keys(search.Tags)) {
		// MLflow's keys hold no such characters (_validate_tag_name), and a key that does can't be written in a filter.
		if strings.ContainsAny(key, "`'\"") {
			continue
		}
		condition := equals("tags.`"+key+"`", search.Tags[key])
		if more := inURL(conjunction + condition); length+more <= maxFilter {
			conditions = append(conditions, condition)
			length += more
		}
	}
	if strings.TrimSpace(search.Filter) != "" {
		conditions = append(conditions, search.Filter)
	}
	return strings.Join(conditions, conjunction)
}

// conjunction joins the conditions of a filter.
const conjunction = " AND "

// inURL returns how many bytes of a URL a text takes.
func inURL(text string) int { return len(url.QueryEscape(text)) }

// hasTags reports whether tags has all that are wanted.
func hasTags(tags, wanted map[string]string) bool {
	for key, value := range wanted {
		if got, ok := tags[key]; !ok || got != value {
			return false
		}
	}
	return true
}

// named reports whether a search asks for models of that name: the server compares names in its own way, with or without
// regard to letter case, and a filter may match more than what it was made from.
func named(search registry.Search, name string) bool {
	return (search.Model == "" || name == search.Model) && strings.HasPrefix(name, search.Prefix) &&
		(len(search.Models) == 0 || slices.Contains(search.Models, name))
}
