package mlflow

import "strings"

// nameFilter returns a search filter that matches every version of the named model, and perhaps versions
// of models with a similar name: the caller keeps those whose name is equal.
//
// MLflow's filter language (utils/search_utils.py, on sqlparse) has no escapes for the value of "=": it cuts
// the outer quotes off and takes the rest as it stands. So a name is quoted with the kind of quote it does not
// hold. A name that holds both kinds can't be written at all; it is matched by LIKE with the wildcard "_"
// for each quote. A back-slash is then a wildcard as well, for PostgreSQL and MySQL read it as an escape.
// "%" and "_" in the name match themselves and more, which is enough here.
func nameFilter(name string) string {
	switch {
	case !strings.Contains(name, `'`):
		return `name = '` + name + `'`
	case !strings.Contains(name, `"`):
		return `name = "` + name + `"`
	default:
		return `name LIKE '` + likeWildcards.Replace(name) + `'`
	}
}

var likeWildcards = strings.NewReplacer(`'`, `_`, `\`, `_`)
