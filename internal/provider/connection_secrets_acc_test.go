package provider_test

import (
	"archive/zip"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// planted are the secrets that must turn up nowhere. Each begins like no word of any program.
const (
	plantedPassword = "pl4nted-password"
	plantedToken    = "pl4nted-token"
	plantedHeader   = "pl4nted-header"
	plantedExec     = "pl4nted-exec"
	plantedEnv      = "pl4nted-variable"
	plantedProxy    = "pl4nted-proxy"
	plantedInURL    = "pl4nted-url"
)

// blabber is a server that repeats in its failures every header it was sent, as debug pages do.
type blabber struct {
	registry *httputil.ReverseProxy
	mode     atomic.Value // of string
}

func newBlabber(t *testing.T, registry string) (*blabber, string) {
	t.Helper()
	backend, err := url.Parse(registry)
	if err != nil {
		t.Fatal(err)
	}
	b := &blabber{registry: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(backend)
		r.Out.Header.Del("Authorization")
	}}}
	b.mode.Store("")
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, server.URL
}

func (b *blabber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var heard strings.Builder
	for name, values := range r.Header {
		fmt.Fprintf(&heard, "%s is %s; ", name, values[0])
		if _, encoded, basic := strings.Cut(values[0], "Basic "); basic {
			plain, _ := base64.StdEncoding.DecodeString(encoded)
			fmt.Fprintf(&heard, "that is %s; ", plain)
		}
	}
	status := map[string]int{"401": 401, "403": 403, "429": 429, "500": 500, "503": 503, "page": 200, "other JSON": 200, "half": 200, "redirect": 302}[b.mode.Load().(string)]
	switch mode := b.mode.Load().(string); mode {
	case "":
		b.registry.ServeHTTP(w, r)
	case "page":
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, "<html><h1>Echo</h1><p>%s</p></html>", heard.String())
	case "other JSON":
		_, _ = fmt.Fprintf(w, `{"message": %q}`, heard.String())
	case "redirect":
		w.Header().Set("Location", "http://localhost:1/login?"+url.Values{"state": {heard.String()}}.Encode())
		w.WriteHeader(status)
	case "half":
		w.Header().Set("Content-Length", "9999")
		_, _ = io.WriteString(w, heard.String())
	default:
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"error_code": "BAD", "message": %q}`, heard.String())
	}
}

// leaks returns what of the secrets is in a text.
func leaks(text string, secrets []string) (found []string) {
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if strings.Contains(text, form) {
				found = append(found, form)
			}
		}
	}
	return found
}

// filesOf returns the content of every file that Terraform has left in a folder, packed ones unpacked, without the user's own.
func filesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	contents := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".tf") {
			return err
		}
		content, err := os.ReadFile(path)
		contents[path] = string(content)
		if packed, zipErr := zip.OpenReader(path); zipErr == nil {
			defer func() { _ = packed.Close() }()
			for _, part := range packed.File {
				reader, err := part.Open()
				if err != nil {
					return err
				}
				unpacked, err := io.ReadAll(reader)
				if err != nil {
					return err
				}
				contents[path+"/"+part.Name] = string(unpacked)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return contents
}

// besideV1 has something of each other type.
const besideV1 = `
resource "mlregistry_model_alias" "a" {
  model_name = mlregistry_registered_model.m.name
  alias      = "champion"
  version    = mlregistry_model_version.v1.version
}
resource "mlregistry_model_version_tag" "t" {
  model_name = mlregistry_registered_model.m.name
  version    = mlregistry_model_version.v1.version
  key        = "review"
  value      = "passed"
}
resource "mlregistry_registered_model_tag" "t" {
  model_name = mlregistry_registered_model.m.name
  key        = "on_call"
  value      = "risk"
}
resource "mlregistry_model_stage" "staging" {
  model_name = mlregistry_registered_model.m.name
  stage      = "Staging"
  version    = mlregistry_model_version.other.version
  on_destroy = "archive"
}
resource "mlregistry_model_version" "other" {
  model_name = mlregistry_registered_model.m.name
  source     = "s3://models/other"
}
data "mlregistry_model_versions" "all" {
  model_name = mlregistry_registered_model.m.name
}
data "mlregistry_registered_model" "it" {
  name = mlregistry_registered_model.m.name
}
`

// TestAccSecrets_areNowhere runs a life of something of each type with every kind of credential, and every kind of failure by a server that
// repeats what it was sent, with the log at TRACE. Then it searches each output, log, state and plan for the secrets.
func TestAccSecrets_areNowhere(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.AnyCredentials)
	secrets := t.TempDir() // Outside the workspace: these files are the user's.
	keep := func(name, content string) string {
		path := filepath.Join(secrets, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	client := acctest.NewAuthority(t).Issue("robot", time.Now().Add(time.Hour))
	key := strings.Split(string(client.Key), "\n")[1] // The first line of the key itself.
	exec := func(rest string) string {
		return fmt.Sprintf("  exec = {\n    command = \"sh\"\n    args = [%q]\n    env = { VAULT = file(%q) }\n    header = \"X-Identity\"\n  }\n",
			keep("login-"+fmt.Sprint(len(rest))+".sh", `printf '{"token": "%s"}' `+plantedExec+rest), keep("vault", plantedEnv))
	}
	all := []string{plantedPassword, plantedToken, plantedHeader, plantedExec, plantedEnv, plantedProxy, plantedInURL, key}
	everything := []string{"401", "403", "429", "500", "503", "page", "other JSON", "half", "redirect"}

	for name, test := range map[string]struct {
		settings string
		env      map[string]string
		modes    []string
	}{
		"basic, exec, headers, proxy, client certificate": {
			settings: "  username = \"ann\"\n  password = file(" + fmt.Sprintf("%q", keep("password", plantedPassword)) + ")\n" + exec("") +
				"  headers = { X-Api-Key = file(" + fmt.Sprintf("%q", keep("header", plantedHeader)) + ") }\n" +
				"  client_cert_pem = file(" + fmt.Sprintf("%q", keep("client.pem", string(client.PEM()))) + ")\n",
			modes: everything,
		},
		"token": {settings: "  token = file(" + fmt.Sprintf("%q", keep("token", plantedToken)) + ")\n", modes: []string{"401", "500", "page"}},
		"variables": {env: map[string]string{
			"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": plantedPassword, "MLFLOW_TRACKING_TOKEN": plantedToken,
		}, modes: []string{"401", "500", "page"}},
		"in the address": {env: map[string]string{"URL": plantedInURL}, modes: []string{"401", "500", "page", "redirect"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			server, address := newBlabber(t, w.HTTP)
			proxy := acctest.NewForwardProxy(t, address, "bob", plantedProxy)
			w.bare = true
			w.settings = test.settings + "  max_retries = 1\n  backoff_factor = 0\n  backoff_jitter = 0\n"
			for variable, value := range map[string]string{"HOME": t.TempDir(), "TF_LOG": "TRACE", "HTTP_PROXY": proxy.URL, "MLFLOW_TRACKING_URI": "http://mlflow.company.test"} {
				w.Setenv(variable, value)
			}
			for variable, value := range test.env {
				if variable == "URL" {
					variable, value = "MLFLOW_TRACKING_URI", "http://ann:"+value+"@mlflow.company.test"
				}
				w.Setenv(variable, value)
			}
			var outputs []string
			note := func(result acctest.Result, succeeds bool) acctest.Result {
				t.Helper()
				outputs = append(outputs, result.Output)
				if (result.ExitCode != 1) != succeeds {
					t.Fatalf("exit code %d:\n%s", result.ExitCode, withoutLog(result.Output))
				}
				return result
			}
			w.config(declaredModel, version("v1", source(1), stage("Production"), `tags = { team = "risk" }`), besideV1)
			plan := note(w.Plan(), true)
			note(w.Apply(plan.PlanFile), true)
			for _, mode := range test.modes {
				server.mode.Store(mode)
				failed := note(w.Plan(), false)
				wantText(t, withoutLog(failed.Output), "Error: Unable to read")
			}
			server.mode.Store("")
			w.config(declaredModel, version("v1", source(1)), version("v2", source(2), stage("Production")), besideV1)
			plan = note(w.Plan(), true)
			server.mode.Store("500") // The apply fails where the plan went through.
			note(w.Apply(plan.PlanFile), false)
			server.mode.Store("")
			note(w.Apply(), true)
			note(w.Run("show", "-json"), true)
			if name == "basic, exec, headers, proxy, client certificate" {
				good := w.settings
				w.settings = strings.Replace(good, exec(""), exec(`; echo "login failed: token=`+plantedExec+` vault $VAULT" >&2; exit 1`), 1)
				w.config(declaredModel)
				failed := note(w.Plan(), false)
				wantText(t, withoutLog(failed.Output), "it wrote: login failed: token=(hidden) vault (hidden)")
				w.settings = good
				w.config(declaredModel)
			}
			note(w.Destroy(), true)

			for number, output := range outputs {
				if !strings.Contains(output, "[TRACE]") || !strings.Contains(output, "[DEBUG]") {
					t.Errorf("output %d has no log", number+1)
				}
				if found := leaks(output, all); len(found) > 0 {
					t.Errorf("output %d holds %q", number+1, found)
				}
			}
			whole := strings.Join(outputs, "\n")
			if !strings.Contains(whole, "MLflow request") || strings.Count(whole, "request_id=") < 10 || !strings.Contains(whole, "(hidden)") {
				t.Error("the log has no lines of requests, or nothing was hidden: this test shows nothing")
			}
			files := filesOf(t, w.Dir)
			if len(files) < 6 {
				t.Errorf("only %d files are searched", len(files))
			}
			for path, content := range files {
				if found := leaks(content, all); len(found) > 0 {
					t.Errorf("%s holds %q", filepath.Base(path), found)
				}
			}
			t.Logf("searched %d outputs (%d bytes) and %d files", len(outputs), len(whole), len(files))
		})
	}
}

// withoutLog returns what a command wrote besides its log.
func withoutLog(output string) string {
	var kept []string
	for _, line := range strings.Split(output, "\n") {
		if !strings.Contains(line, "[TRACE]") && !strings.Contains(line, "[DEBUG]") && !strings.Contains(line, "[INFO]") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}
