package embedded

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// modelURI is a models:/ URI: a version, the newest of a stage or of all, an alias, or a logged model's ID.
type modelURI struct {
	name, version, stage, alias, modelID string
}

// parseModelURI reads models:/name/3, models:/name/Production, models:/name/latest, models:/name@alias and
// models:/id.
func parseModelURI(source string) (modelURI, error) {
	wrong := notContained(source, "model_id")
	path := parsePythonURL(source, false).path
	if !strings.HasPrefix(path, "/") || len(path) <= 1 {
		return modelURI{}, wrong
	}
	parts := strings.Split(strings.TrimLeft(path, "/"), "/")
	if len(parts) > 2 || isBlank(parts[0]) {
		return modelURI{}, wrong
	}
	if len(parts) == 2 {
		name, suffix := parts[0], parts[1]
		switch {
		case isBlank(suffix):
			return modelURI{}, wrong
		case strings.TrimFunc(suffix, unicode.IsDigit) == "":
			return modelURI{name: name, version: suffix}, nil
		case asciiLower(suffix) == latestAlias:
			return modelURI{name: name}, nil
		default:
			return modelURI{name: name, stage: suffix}, nil
		}
	}
	at := strings.LastIndexByte(parts[0], '@')
	switch {
	case at < 0:
		return modelURI{modelID: parts[0]}, nil
	case isBlank(parts[0][at+1:]):
		return modelURI{}, wrong
	default:
		return modelURI{name: parts[0][:at], alias: parts[0][at+1:]}, nil
	}
}

// followModelURI replaces a models:/ source by the version it means now, and takes over that version's run.
func (t *transaction) followModelURI(from origin, request *message) (origin, error) {
	parsed := parsePythonURL(from.source, true)
	if parsed.scheme != "models" {
		return from, nil
	}
	if parsed.authority != "" {
		return from, invalidf("Invalid model version source: '%s'. Registered model sources must use the active model "+
			"registry.", from.source)
	}
	uri, err := parseModelURI(from.source)
	if err != nil || uri.modelID != "" {
		return from, err
	}
	model, err := t.model(uri.name)
	if err != nil {
		return from, err
	}
	if isPrompt(model.Tags) {
		return from, invalidf("Invalid model version source: '%s'. Prompt versions cannot be used as model version sources.",
			from.source)
	}
	version, err := t.resolve(uri)
	if err != nil {
		return from, err
	}
	if request.has("run_id") && *from.runID != *valueOrEmpty(version.RunID) ||
		request.has("model_id") && from.modelID != "" {
		return from, invalidf("Invalid model version source: '%s'. The run_id and model_id request parameters must match the "+
			"referenced model version.", from.source)
	}
	if !request.has("run_id") {
		from.runID = version.RunID
	}
	from.source = "models:/" + uri.name + "/" + version.Version
	return from, nil
}

// resolve returns the version that a models:/ URI means now.
func (t *transaction) resolve(uri modelURI) (versionMessage, error) {
	switch {
	case uri.version != "":
		number, err := parseVersion(uri.version)
		if err != nil {
			return versionMessage{}, err
		}
		return t.version(uri.name, number)
	case uri.alias != "":
		return t.versionByAlias(uri.name, uri.alias)
	case uri.stage != "":
		versions, err := t.latestVersionsIn(uri.name, []string{uri.stage})
		if err == nil && len(versions) == 0 {
			err = apiErrorf(codeInternal, "No versions of model with name '%s' and stage '%s' found", uri.name, uri.stage)
		}
		if err != nil {
			return versionMessage{}, err
		}
		return versions[0], nil
	}
	newest, err := t.newestVersion(uri.name)
	var api *apiError
	if errors.As(err, &api) && strings.HasPrefix(api.message, "Latest version not found") {
		err = apiErrorf(codeInternal, "No versions of model with name '%s' found", uri.name)
	}
	return newest, err
}

// storageLocation returns where the files of a source are: for a models:/ source, where that version's are.
func (t *transaction) storageLocation(source string) (*string, error) {
	if parsePythonURL(source, true).scheme != "models" {
		return &source, nil
	}
	uri, err := parseModelURI(source)
	if err != nil {
		return nil, err
	}
	if uri.modelID != "" {
		return nil, apiErrorf(codeInternal, "Unable to fetch model from model URI source artifact location '%s'.Error: "+
			"Logged model with ID '%s' not found.", source, uri.modelID)
	}
	number, err := strconv.ParseInt(uri.version, 10, 64)
	if err != nil {
		return nil, err
	}
	version, err := t.version(uri.name, number)
	if err != nil {
		return nil, err
	}
	return version.location(), nil
}
