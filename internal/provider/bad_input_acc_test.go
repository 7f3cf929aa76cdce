package provider_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// Every mistake fails in the plan, and the message names the attribute and what to do.
func TestAccBadInput_values(t *testing.T) {
	version := func(lines string) string {
		return "resource \"mlregistry_model_version\" \"v1\" {\n" + lines + "\n}\n"
	}
	for name, test := range map[string]struct{ block, attribute, message string }{
		"unknownStage": {version("model_name = \"m\"\nsource = \"s3://m/1\"\nstage = \"Prod\""),
			"stage", `Invalid value: "Prod" is not a stage: use one of None, Staging, Production, Archived.`},
		"emptyModelName": {version("model_name = \"\"\nsource = \"s3://m/1\""), "model_name", "a model name must not be empty"},
		"slashInModelName": {version("model_name = \"team/m\"\nsource = \"s3://m/1\""),
			"model_name", `the model name "team/m" holds '/' or ':', which MLflow does not allow in names.`},
		"colonInRegisteredModel": {"resource \"mlregistry_registered_model\" \"m\" {\n name = \"a:b\"\n}\n", "name", `the model name "a:b" holds '/' or ':'`},
		"emptyRegisteredModel":   {"resource \"mlregistry_registered_model\" \"m\" {\n name = \" \"\n}\n", "name", "a model name must not be empty"},
		"neitherSourceNorVersion": {version("model_name = \"m\""), "model_version",
			"Set source to register a new version of the model, or version to adopt one that exists."},
		"versionZero":     {version("model_name = \"m\"\nversion = 0"), "version", `"0" is not a version number: use a whole number from 1`},
		"versionText":     {version("model_name = \"m\"\nversion = \"abc\""), "version", `"abc" is not a version number: use a whole number from 1`},
		"versionFraction": {version("model_name = \"m\"\nversion = 1.5"), "version", `"1.5" is not a version number: use a whole number from 1`},
		"longSource": {version("model_name = \"m\"\nsource = \"s3://" + strings.Repeat("x", 500) + "\""),
			"source", "a source has 1 to 500 characters, and this one has 505."},
		"longDescription": {"resource \"mlregistry_registered_model\" \"m\" {\n name = \"m\"\n description = \"" + strings.Repeat("é", 5001) + "\"\n}\n",
			"description", "the description has 5001 characters, and MLflow keeps at most 5000"},
		"longVersionDescription": {version("model_name = \"m\"\nversion = 1\ndescription = \"" + strings.Repeat("é", 5001) + "\""),
			"description", "the description has 5001 characters, and MLflow keeps at most 5000"},
		"longModelTag": {"resource \"mlregistry_registered_model\" \"m\" {\n name = \"m\"\n tags = { k = \"" + strings.Repeat("é", 5001) + "\" }\n}\n",
			"tags", "the value of the tag has 5001 characters, and MLflow keeps at most 5000"},
		"longOwnModelTag": {"resource \"mlregistry_registered_model_tag\" \"t\" {\n model_name = \"m\"\n key = \"k\"\n value = \"" + strings.Repeat("é", 5001) + "\"\n}\n",
			"value", "the value of the tag has 5001 characters, and MLflow keeps at most 5000"},
		"longRun": {version("model_name = \"m\"\nsource = \"s3://m/1\"\nrun_id = \"" + strings.Repeat("0", 33) + "\""),
			"run_id", "the run ID has 33 characters, and MLflow keeps at most 32"},
		"longRunLink": {version("model_name = \"m\"\nsource = \"s3://m/1\"\nrun_link = \"https://" + strings.Repeat("x", 493) + "\""),
			"run_link", "the run link has 501 characters, and MLflow keeps at most 500"},
		"lineBreakInModelName": {"resource \"mlregistry_registered_model\" \"m\" {\n name = \"fraud\\n\"\n}\n", "name", `ends in a line break, as a text from a file does: use chomp()`},
		"lineBreakInAlias": {"resource \"mlregistry_model_alias\" \"a\" {\n model_name = \"m\"\n alias = \"champion\\n\"\n version = 1\n}\n",
			"alias", `ends in a line break, as a text from a file does: use chomp()`},
		"lineBreakInTagKey": {version("model_name = \"m\"\nversion = 1\ntags = { \"team\\n\" = \"risk\" }"), "tags", `ends in a line break, as a text from a file does: use chomp()`},
		"emptySource":       {version("model_name = \"m\"\nsource = \"\""), "source", "a source has 1 to 500 characters, and this one has 0."},
		"adoptedDeletion":   {version("model_name = \"m\"\nversion = 1\non_destroy = \"delete\""), "on_destroy", "the version was registered by somebody else"},
		"reservedTag":       {version("model_name = \"m\"\nversion = 1\ntags = { \"mlflow.user\" = \"me\" }"), "tags", `such tags are MLflow's own`},
		"nullTag":           {version("model_name = \"m\"\nversion = 1\ntags = { a = null }"), "tags", "Null"},
		"onDestroy":         {version("model_name = \"m\"\nversion = 1\non_destroy = \"keep\""), "on_destroy", `must be one of: ["archive" "retain" "delete"]`},
		"noTime":            {version("model_name = \"m\"\nversion = 1\ntimeouts = { create = \"0s\" }"), "timeouts.create", `"0s" as timeouts.create leaves no time for a request: use 1s or more`},
		"negativeTime":      {version("model_name = \"m\"\nversion = 1\ntimeouts = { read = \"-1m\" }"), "timeouts.read", `"-1m" as timeouts.read leaves no time for a request`},
		"nanoseconds":       {version("model_name = \"m\"\nversion = 1\ntimeouts = { delete = \"30ns\" }"), "timeouts.delete", `"30ns" as timeouts.delete leaves no time for a request`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			w.config(test.block)
			w.wantPlanError(test.attribute, test.message)
		})
	}
}

// wantPlanError ends the test unless a plan fails with a message at an attribute.
func (w *workspace) wantPlanError(attribute, message string) {
	w.t.Helper()
	plan := w.Plan()
	if plan.ExitCode != 1 {
		w.t.Fatalf("the plan did not fail:\n%s", plan.Output)
	}
	if !strings.Contains(plan.Output, attribute) {
		w.t.Errorf("the message does not name %s:\n%s", attribute, plan.Output)
	}
	wantText(w.t, plan.Output, message)
}

// What only the registry knows fails in the plan as well, before anything is touched.
func TestAccBadInput_registry(t *testing.T) {
	s := newScenario(t)
	s.Needs(t, acctest.MissingModels)
	missing := s.UniqueName(t, "missing")
	adopt := func(name, lines string) string {
		return s.hcl(fmt.Sprintf("resource \"mlregistry_model_version\" \"v2\" {\n  model_name = %q\n  %s\n}\n", name, lines))
	}
	s.CreateModel(t, s.model)
	s.CreateVersion(t, s.model, "s3://models/fraud/1")
	s.Transition(t, s.model, "1", "Production", false)
	s.run(
		resource.TestStep{Config: adopt(missing, source(1)), ExpectError: says("Declare it with mlregistry_registered_model and refer to it here")},
		resource.TestStep{Config: adopt(missing, "version = 1"), ExpectError: says("The model does not exist or has no versions.")},
		resource.TestStep{Config: adopt(s.model, "version = 7\n  stage = \"Production\""),
			ExpectError: says("The newest version is 1. Check the number, and that the pipeline which registers it has run.")},
		resource.TestStep{Config: adopt(s.model, "version = 1\n  source = \"s3://models/fraud/1\""),
			ExpectError: says("source registers a new version, version adopts one that exists. Keep one of them.")},
		resource.TestStep{Config: adopt(s.model, "version = 1\n  run_id = \"other\""), ExpectError: says("and it cannot be changed")},
	)
	if got := s.Holders(t, s.model, "Production"); len(got) != 1 || got[0] != "1" {
		t.Errorf("Production is held by %v", got)
	}
}

// A version that is not READY is refused before the old holder is touched. Open-source servers register at once, so a
// proxy rewrites what the server says of the version's status.
func TestAccBadInput_notReady(t *testing.T) {
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	w.CreateVersion(t, w.model, "s3://models/fraud/2")
	w.Transition(t, w.model, "1", "Production", false)
	adopted := func(stage string) string {
		return fmt.Sprintf("resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  version = 2\n  stage = %q\n}\n", stage)
	}
	notReady := func(status string) {
		proxy.Fault(acctest.Calls("model-versions/search"), acctest.Rewrite(`READY"`, status), -1)
	}
	notReady(`FAILED_REGISTRATION", "status_message": "the files are gone"`)
	w.config(adopted("Production"))
	w.wantPlanError("stage", "is FAILED_REGISTRATION, not READY: the files are gone. The registry could not register this version.")
	proxy.Reset()
	notReady(`PENDING_REGISTRATION"`)
	w.wantPlanError("stage", "is PENDING_REGISTRATION, not READY. Wait until the registry reports the version as READY")
	proxy.Reset()
	w.config(adopted("Staging"))
	w.MustApply()
	w.config(adopted("Production"))
	plan := w.Plan() // READY when it was planned, and no longer when it is applied.
	notReady(`FAILED_REGISTRATION"`)
	refused := w.Apply(plan.PlanFile)
	if refused.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", refused.Output)
	}
	wantText(t, refused.Output, "is FAILED_REGISTRATION, not READY")
	w.wantStages("1", "Production", "2", "Staging")
}

// A new version is waited for, and one whose registration fails is told with the registry's message.
func TestAccBadInput_registrationFails(t *testing.T) {
	w := newWorkspace(t)
	proxy := acctest.NewProxy(t, w.HTTP)
	w.URI = proxy.URL
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	w.Transition(t, w.model, "1", "Production", false)
	block := "resource \"mlregistry_model_version\" \"v2\" {\n  model_name = \"MODEL\"\n  source = \"s3://models/fraud/2\"\n  stage = \"Production\"\n}\n"
	w.config(block)
	proxy.Fault(acctest.Calls("model-versions/create"), acctest.Rewrite(`READY"`, `PENDING_REGISTRATION"`), 1)
	proxy.Fault(acctest.Calls("model-versions/get"), acctest.Rewrite(`READY"`, `PENDING_REGISTRATION"`), 1)
	proxy.Fault(acctest.Calls("model-versions/get"), acctest.Rewrite(`READY"`, `FAILED_REGISTRATION", "status_message": "bucket not found"`), 1)
	failed := w.Apply()
	if failed.ExitCode == 0 {
		t.Fatalf("the apply went through:\n%s", failed.Output)
	}
	wantText(t, failed.Output, "is FAILED_REGISTRATION, not READY: bucket not found")
	w.wantStages("1", "Production", "2", "None")
	proxy.Reset()
	w.MustApply() // The registry says READY after all: the apply goes on with the version, and registers no other.
	w.wantStages("1", "Archived", "2", "Production")
	if w.VersionExists(t, w.model, "3") {
		t.Error("version 2 was registered again")
	}
	w.emptyPlan()
}

// connection plans one model with the given provider block and environment, and expects a message.
func connection(t *testing.T, settings string, environment map[string]string, attribute, message string) {
	t.Helper()
	w := &workspace{scenario: &scenario{t: t}, Workspace: acctest.NewWorkspace(t, "")}
	w.Setenv("HOME", t.TempDir())
	w.Setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
	for name, value := range environment {
		w.Setenv(name, value)
	}
	w.Write("main.tf", acctest.Requirements+
		"provider \"mlregistry\" {\n"+settings+"\n}\n"+
		"resource \"mlregistry_model_version\" \"v1\" {\n  model_name = \"fraud\"\n  source = \"s3://m/1\"\n  stage = \"Production\"\n}\n")
	w.wantPlanError(attribute, message)
}

func TestAccBadInput_connection(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<!doctype html><html><title>404 Not Found</title><h1>Not Found</h1></html>"))
	}))
	t.Cleanup(page.Close)
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="mlflow"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte("You are not authenticated. Please see https://www.mlflow.org/docs/latest/auth/index.html"))
	}))
	t.Cleanup(locked.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	_ = listener.Close()
	uri := func(address string) string { return fmt.Sprintf("  tracking_uri = %q", address) }

	t.Run("nothingConfigured", func(t *testing.T) {
		t.Parallel()
		connection(t, "", nil, "tracking_uri", "Neither tracking_uri nor the environment variable MLFLOW_TRACKING_URI is set.")
	})
	t.Run("unsupportedScheme", func(t *testing.T) {
		t.Parallel()
		connection(t, uri("sqlite:///mlflow.db"), nil, "tracking_uri", `addresses that start with "sqlite" are not supported: use http://…, https://…`)
	})
	t.Run("notMLflow", func(t *testing.T) {
		t.Parallel()
		connection(t, uri(page.URL), nil, "fraud", "A web page came instead of MLflow's answer. Check tracking_uri or registry_uri")
	})
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		connection(t, uri("http://"+closed), nil, "fraud", "Nothing accepts connections at this host and port. Check that the server runs, and host and port in tracking_uri or registry_uri")
	})
	t.Run("wrongPassword", func(t *testing.T) {
		t.Parallel()
		connection(t, uri(locked.URL)+"\n  username = \"ann\"\n  password = \"wrong-secret\"", nil, "fraud", "The server refuses the credentials. Check username and password, token, or exec of the provider")
	})
	t.Run("environment", func(t *testing.T) {
		t.Parallel()
		connection(t, "", map[string]string{"MLFLOW_TRACKING_URI": "http://" + closed}, "fraud", "connection refused")
	})
	t.Run("registryVariableWins", func(t *testing.T) {
		t.Parallel()
		connection(t, uri(page.URL), map[string]string{"MLFLOW_REGISTRY_URI": "http://" + closed}, "tracking_uri",
			"The variable MLFLOW_REGISTRY_URI is set and registry_uri is not, so the registry is the one that the variable names")
	})
}

// A file that is no registry is refused and left as it is.
func TestAccBadInput_embeddedFile(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	content := []byte(strings.Repeat("These are notes, not a database. ", 100))
	if err := os.WriteFile(text, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"notADatabase": text, "folder": folder, "missingFolder": filepath.Join(folder, "nowhere", "registry.db"),
		"unwritableFolder": "/proc/registry.db", // Even for an administrator.
	} {
		t.Run(name, func(t *testing.T) {
			w := acctest.NewWorkspace(t, "")
			w.Write("main.tf", acctest.Requirements+
				fmt.Sprintf("provider \"mlregistry\" {\n  tracking_uri = %q\n}\n", "embedded:"+path)+
				"resource \"mlregistry_registered_model\" \"m\" {\n  name = \"fraud\"\n}\n")
			failed := w.Apply()
			if failed.ExitCode == 0 {
				t.Fatalf("the apply went through:\n%s", failed.Output)
			}
			wantText(t, failed.Output, "Check the file that tracking_uri names: it must be a registry made by this provider, or not exist yet")
		})
	}
	if after, err := os.ReadFile(text); err != nil || string(after) != string(content) {
		t.Errorf("the file was changed: %v", err)
	}
}
