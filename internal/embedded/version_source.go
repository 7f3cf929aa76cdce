package embedded

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// origin is where a new version comes from: what the request says, completed from the version that a
// models:/ source names.
type origin struct {
	source  string
	runID   *string
	modelID string
}

// checkOrigin applies MLflow's checks of a version's source. Runs and logged models are looked up in MLflow's
// tracking store; this registry has none, so it answers as a server does on which no run was ever made.
func (t *transaction) checkOrigin(request *message) (origin, error) {
	runID := request.text("run_id")
	from := origin{source: request.text("source"), runID: &runID, modelID: request.text("model_id")}
	prompt := isPrompt(request.tags)
	if prompt && !isPromptSource(from.source) {
		return from, invalidf("Invalid prompt source: '%s'. Prompt sources must use an MLflow placeholder.", from.source)
	}
	if err := checkScheme(from.source); err != nil {
		return from, err
	}
	if prompt {
		return from, nil
	}
	from, err := t.followModelURI(from, request)
	if err != nil {
		return from, err
	}
	return from, from.check()
}

// hostSchemes are those that make MLflow connect to the host in the URI (store/artifact/host_policy.py).
var hostSchemes = []string{"ftp", "sftp", "hdfs", "viewfs", "http", "https", "mlflow-artifacts", "r2", "b2", "abfss"}

func checkScheme(source string) error {
	parsed := parsePythonURL(source, true)
	if !slices.Contains(hostSchemes, parsed.scheme) || (parsed.scheme == "mlflow-artifacts" && parsed.authority == "") {
		return nil
	}
	return invalidf("'source' cannot use the '%[1]s' scheme: the '%[1]s' scheme addresses a host other than the tracking "+
		"server's configured artifact storage, so the server would connect to the host named in the URI. Set the "+
		"MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES environment variable on the server to allow it.", parsed.scheme)
}

// check looks at the source itself.
func (o origin) check() error {
	identity, id := "run_id", *valueOrEmpty(o.runID)
	if o.modelID != "" {
		identity, id = "model_id", o.modelID
	}
	parsed := parsePythonURL(o.source, true)
	switch {
	case o.source != "databricks" && parsed.scheme == "", parsed.scheme == "file":
		if parsed.scheme == "file" && isRemote(parsed.host()) {
			return apiErrorf(codeInternal, "%s is not a valid remote uri. For remote access on windows, please consider using "+
				"a different scheme such as SMB (e.g. smb://<hostname>/<path>).", o.source)
		}
		if id != "" {
			return notContained(o.source, identity)
		}
		return invalidf("Invalid model version source: '%s'. To use a local path as a model version source, the %[2]s "+
			"request parameter has to be specified and the local path has to be contained within the artifact directory "+
			"of the run specified by the %[2]s.", o.source, identity)
	case !isAbsolute(o.source):
		return invalidf("Invalid model version source: '%s'. If supplying a source as an http, https, local file path, ftp, "+
			"objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references "+
			"present. Please provide an absolute path.", o.source)
	}
	switch parsed.scheme {
	case "runs":
		run, _, _ := strings.Cut(strings.TrimPrefix(parsed.path, "/"), "/")
		if identity == "run_id" && parsed.authority == "" && id != "" && run == id {
			return nil
		}
		return notContained(o.source, identity)
	case "models":
		uri, err := parseModelURI(o.source)
		if err != nil || uri.modelID == "" {
			return err
		}
		if identity == "model_id" && uri.modelID == id {
			return nil
		}
		return notContained(o.source, "model_id")
	case "mlflow-artifacts":
		return notContained(o.source, identity)
	}
	return nil
}

func valueOrEmpty(text *string) *string {
	if text == nil {
		return new(string)
	}
	return text
}

func isRemote(host string) bool {
	return host != "" && host != "." && !strings.HasPrefix(host, "localhost") && !strings.HasPrefix(host, "127.0.0.1")
}

func notContained(source, identity string) error {
	return invalidf("Invalid model version source: '%s'. The %s request parameter must identify the resource that contains "+
		"the source.", source, identity)
}

var slashes = regexp.MustCompile(`/+`)

// isAbsolute reports whether the source's path is absolute and means what it says: no "..", however escaped.
func isAbsolute(source string) bool {
	source = pythonUnquoteFully(source)
	location := slashes.ReplaceAllString(strings.TrimRight(parsePythonURL(source, true).path, "/"), "/")
	return !strings.Contains(location, "\x00") && !slices.Contains(strings.Split(source, "/"), "..") &&
		strings.HasPrefix(location, "/") && path.Clean(location) == location
}
