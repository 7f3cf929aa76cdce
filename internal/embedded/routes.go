package embedded

import (
	"net/http"
	"slices"
	"strings"
)

// operation answers one method of one path.
type operation interface {
	answer(w http.ResponseWriter, request *http.Request, storage *storage)
}

// route maps methods to operations.
type route map[string]operation

// allow lists the methods, with those that MLflow's web framework adds.
func (r route) allow() string {
	methods := []string{http.MethodOptions}
	for method := range r {
		methods = append(methods, method)
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(slices.Compact(methods), ", ")
}

// routes returns every path that is served.
func routes() map[string]route {
	routes := map[string]route{
		"/health": { // MLflow's FastAPI answers GET, and its Flask the rest.
			http.MethodGet:  fixedText{"text/plain; charset=utf-8", "OK"},
			http.MethodHead: fixedText{"text/html; charset=utf-8", "OK"},
		},
		"/version": {http.MethodGet: fixedText{"text/html; charset=utf-8", MLflowVersion}},
	}
	for _, prefix := range []string{"/api", "/ajax-api"} {
		routes[prefix+"/3.0/mlflow/server-info"] = route{http.MethodGet: serverInfo{}}
		for path, operations := range registryRoutes() {
			routes[prefix+"/2.0/mlflow/"+path] = operations
		}
	}
	return routes
}

// registryRoutes returns the paths of MLflow's ModelRegistryService below /api/2.0/mlflow/.
func registryRoutes() map[string]route {
	const get, post, patch, remove = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	return map[string]route{
		"registered-models/create":     {post: write(createModel, createModelFields...)},
		"registered-models/get":        {get: read(getModel, requiredText("name"))},
		"registered-models/update":     {patch: write(updateModel, requiredText("name"), text("description"))},
		"registered-models/rename":     {post: write(renameModel, requiredText("name"), requiredText("new_name"))},
		"registered-models/delete":     {remove: write(deleteModel, requiredText("name"))},
		"registered-models/search":     {get: search{searchFields(maxModelResults), "registered_models", searchModels}},
		"registered-models/set-tag":    {post: write(setModelTag, requiredText("name"), requiredText("key"), text("value"))},
		"registered-models/delete-tag": {remove: write(deleteModelTag, requiredText("name"), requiredText("key"))},
		"registered-models/get-latest-versions": {
			get:  read(getLatestVersions, requiredText("name"), textList("stages")),
			post: read(getLatestVersions, requiredText("name"), textList("stages")),
		},
		"registered-models/alias": {
			get:    read(getVersionByAlias, requiredText("name"), requiredText("alias")),
			post:   write(setAlias, requiredText("name"), requiredText("alias"), requiredText("version")),
			remove: write(deleteAlias, requiredText("name"), requiredText("alias")),
		},
		"model-versions/create": {post: write(createVersion, createVersionFields...)},
		"model-versions/get":    {get: read(getVersion, versionFields()...)},
		"model-versions/update": {patch: write(updateVersion, versionFields(text("description"))...)},
		"model-versions/delete": {remove: write(deleteVersion, versionFields()...)},
		"model-versions/search": {get: search{searchFields(maxVersionResults), "model_versions", searchVersions}},
		"model-versions/transition-stage": {
			post: write(transitionStage, versionFields(requiredText("stage"), flag("archive_existing_versions"))...),
		},
		"model-versions/get-download-uri": {get: read(getDownloadURI, uncheckedText("name"), uncheckedText("version"))},
		"model-versions/set-tag":          {post: write(setVersionTag, versionFields(requiredText("key"), text("value"))...)},
		"model-versions/delete-tag":       {remove: write(deleteVersionTag, versionFields(requiredText("key"))...)},
	}
}

// versionFields returns the fields that name a version, and then more.
func versionFields(more ...field) []field {
	return append([]field{requiredText("name"), requiredText("version")}, more...)
}

// call is an operation of the registry API: it reads the request and runs in one transaction.
type call struct {
	fields []field
	writes bool
	run    func(*transaction, *message) (any, error)
}

func read(run func(*transaction, *message) (any, error), fields ...field) operation {
	return call{fields: fields, run: run}
}

func write(run func(*transaction, *message) (any, error), fields ...field) operation {
	return call{fields: fields, run: run, writes: true}
}

func (c call) answer(w http.ResponseWriter, request *http.Request, storage *storage) {
	message, err := readMessage(request, c.fields)
	if err != nil {
		writeError(w, err)
		return
	}
	transact := storage.read
	if c.writes {
		transact = storage.write
	}
	var answer any
	err = transact(request.Context(), func(t *transaction) (err error) {
		answer, err = c.run(t, message)
		return err
	})
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}
