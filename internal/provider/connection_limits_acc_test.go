package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

// hour is as long as a server that never answers takes.
const hour = time.Hour

// proxied puts a fault proxy between the provider and the registry.
func (w *workspace) proxied() *acctest.Proxy {
	proxy := acctest.NewProxy(w.t, w.HTTP)
	w.URI = proxy.URL
	return proxy
}

// The time limit of a resource bounds its operation with all repetitions, whatever the server does: it hangs, or asks for
// patience.
func TestAccTimeouts_boundEveryOperation(t *testing.T) {
	for name, fault := range map[string]acctest.FaultKind{
		"hangs": acctest.Delay(hour), "busy": acctest.Status(503, map[string]string{"Retry-After": "240"}, "restarting"),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorkspace(t)
			proxy := w.proxied()
			w.CreateModel(t, w.model)
			w.CreateVersion(t, w.model, "s3://models/fraud/1")
			// What is to succeed has no limit of two seconds, which a busy server could miss.
			limit := func(operation string) string {
				if operation == "" {
					return ""
				}
				return fmt.Sprintf("  timeouts = { %s = \"2s\" }\n", operation)
			}
			blocks := func(operation, number string) []string {
				return []string{
					"resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL-x\"\n  description = \"" + number + "\"\n" + limit(operation) + "}\n",
					"resource \"mlregistry_model_version\" \"v\" {\n  model_name = \"MODEL\"\n  version = 1\n  description = \"" + number + "\"\n" + limit(operation) + "}\n",
					"resource \"mlregistry_model_alias\" \"a\" {\n  model_name = \"MODEL\"\n  alias = \"champion\"\n  version = " + number + "\n" + limit(operation) + "}\n",
					"resource \"mlregistry_model_stage\" \"s\" {\n  model_name = \"MODEL\"\n  stage = \"Staging\"\n  version = " + number + "\n" + limit(operation) + "}\n",
					"resource \"mlregistry_registered_model_tag\" \"t\" {\n  model_name = \"MODEL\"\n  key = \"k\"\n  value = \"" + number + "\"\n" + limit(operation) + "}\n",
					"resource \"mlregistry_model_version_tag\" \"t\" {\n  model_name = \"MODEL\"\n  version = 1\n  key = \"k\"\n  value = \"" + number + "\"\n" + limit(operation) + "}\n",
				}
			}
			writes := func(r acctest.Request) bool {
				return r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/search")
			}
			reads := func(r acctest.Request) bool { return !writes(r) }
			refuses := func(failing func(acctest.Request) bool, run func() acctest.Result, limited int, summaries ...string) {
				t.Helper()
				proxy.Fault(failing, fault, -1)
				begun := time.Now()
				result := run()
				if result.ExitCode == 0 || time.Since(begun) > 40*time.Second {
					t.Fatalf("exit code %d after %s:\n%s", result.ExitCode, time.Since(begun), result.Output)
				}
				for _, summary := range summaries {
					wantText(t, result.Output, summary)
				}
				if got := len(says("longer than the resource's timeouts allow").FindAllString(result.Output, -1)); got != limited {
					t.Errorf("%d resources ran into their time limit, want %d:\n%s", got, limited, result.Output)
				}
				proxy.Reset()
			}
			w.config(blocks("create", "1")...)
			creates, updates, deletes := 6, 6, 5
			if name == "busy" { // A model is not registered twice: the first 503 ends it. What is sent again after a look goes on.
				creates = 5
			}
			refuses(writes, func() acctest.Result { return w.Apply() }, creates, "Unable to create registered model", "Unable to change description or tags of version 1",
				"Unable to point alias", "Unable to give Staging", `Unable to set the tag "k" of model`, `Unable to set the tag "k" of version 1`)
			w.config(blocks("", "1")...)
			w.MustApply()
			w.CreateVersion(t, w.model, "s3://models/fraud/2")
			w.config(blocks("", "2")...)
			w.MustApply()
			w.config(blocks("update", "1")...)
			refuses(writes, func() acctest.Result { return w.Apply() }, updates, "Unable to update registered model", "Unable to change description or tags of version 1",
				"Unable to point alias", "Unable to give Staging")
			w.config(blocks("read", "2")...)
			w.MustApply()
			refuses(reads, func() acctest.Result { return w.Run("plan", "-no-color", "-input=false") }, 6, "Unable to read registered model",
				"Unable to read version 1", "Unable to read alias", "Unable to read who holds Staging", `Unable to read the tag "k" of model`,
				`Unable to read the tag "k" of version 1`)
			w.config(blocks("delete", "2")...)
			w.MustApply("-refresh=false")
			refuses(writes, func() acctest.Result { return w.Destroy() }, deletes, `Unable to remove the tag "k" of model`, `Unable to remove the tag "k" of version 1`, "Unable to delete registered model", "Unable to delete alias", "Unable to archive version 2")
			w.config(blocks("", "2")...)
			w.MustApply()
			if destroyed := w.Destroy(); destroyed.ExitCode != 0 {
				t.Fatal(destroyed.Output)
			}
		})
	}
}

// A read is bounded by the time limit in the state, whatever the configuration says by now: the message tells how to raise one that
// is too short, and that works for every resource.
func TestAccTimeouts_ofReadsCanBeRaised(t *testing.T) {
	w := newWorkspace(t)
	proxy := w.proxied()
	w.CreateModel(t, w.model)
	w.CreateVersion(t, w.model, "s3://models/fraud/1")
	blocks := func(limit string) []string {
		var all []string
		for kind, lines := range map[string]string{
			"registered_model":     `name = "MODEL-x"`,
			"model_version":        "model_name = \"MODEL\"\n  version = 1",
			"model_alias":          "model_name = \"MODEL\"\n  alias = \"champion\"\n  version = 1",
			"model_stage":          "model_name = \"MODEL\"\n  stage = \"Staging\"\n  version = 1",
			"registered_model_tag": "model_name = \"MODEL\"\n  key = \"k\"\n  value = \"v\"",
			"model_version_tag":    "model_name = \"MODEL\"\n  version = 1\n  key = \"k\"\n  value = \"v\"",
		} {
			all = append(all, fmt.Sprintf("resource \"mlregistry_%s\" \"r\" {\n  %s\n  timeouts = { read = %q }\n}\n", kind, lines, limit))
		}
		return all
	}
	w.config(blocks("1s")...)
	w.MustApply("-parallelism=1")
	reads := func(r acctest.Request) bool { return r.Method == http.MethodGet }
	proxy.Fault(reads, acctest.Delay(1500*time.Millisecond), -1)
	w.config(blocks("5m")...)
	refused := w.Run("plan", "-no-color", "-input=false")
	if refused.ExitCode != 1 {
		t.Fatal(refused.Output)
	}
	wantText(t, refused.Output, "is raised by an apply with -refresh=false")
	w.MustApply("-refresh=false")
	if plan := w.Run("plan", "-no-color", "-input=false", "-detailed-exitcode"); plan.ExitCode != 0 {
		t.Fatalf("the time limit was raised, and the plan ends with %d:\n%s", plan.ExitCode, plan.Output)
	}
}

// The time limit of a data source bounds its read, with all pages: whether the server hangs, or has ever more pages.
func TestAccTimeouts_ofDataSources(t *testing.T) {
	var page atomic.Int64
	endless := func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/search") {
			<-r.Context().Done()
			return
		}
		var entries []string
		for range 20 {
			number := page.Add(1)
			entries = append(entries, fmt.Sprintf(`{"name": "m%d", "version": "%d"}`, number, number))
		}
		time.Sleep(20 * time.Millisecond) // The server's own time, so that its 2,000 pages take longer than the limit.
		kind := "registered_models"
		if strings.Contains(r.URL.Path, "model-versions") {
			kind = "model_versions"
		}
		_, _ = fmt.Fprintf(w, `{%q: [%s], "next_page_token": "t%d"}`, kind, strings.Join(entries, ","), page.Load())
	}
	for name, handler := range map[string]http.HandlerFunc{
		"hangs": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "has no end": endless,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(handler)
			t.Cleanup(server.Close)
			w := acctest.NewWorkspace(t, "")
			blocks := acctest.Requirements + fmt.Sprintf("provider \"mlregistry\" {\n  tracking_uri = %q\n}\n", server.URL)
			for number, block := range []string{
				"mlregistry_registered_model\" \"d\" {\n  name = \"m\"", "mlregistry_registered_models\" \"d\" {", "mlregistry_server\" \"d\" {",
				"mlregistry_model_version\" \"d\" {\n  model_name = \"m\"\n  version = 1", "mlregistry_model_versions\" \"d\" {\n  filter = \"run_id = '1'\"",
			} {
				blocks += fmt.Sprintf("data \"%s\n  timeouts = { read = \"%ds\" }\n}\n", block, 1+number%2)
			}
			w.Write("main.tf", blocks)
			begun := time.Now()
			plan := w.Run("plan", "-no-color", "-input=false")
			if got := len(says("longer than the resource's timeouts allow").FindAllString(plan.Output, -1)); got != 5 || time.Since(begun) > 40*time.Second {
				t.Errorf("%d of 5 data sources ran into their limit, in %s:\n%s", got, time.Since(begun), plan.Output)
			}
			w.Write("main.tf", strings.ReplaceAll(blocks, `"1s"`, `"0s"`))
			wantText(t, w.Run("plan", "-no-color", "-input=false").Output, `"0s" as timeouts.read leaves no time for a request`)
		})
	}
}

// Ctrl-C ends a plan and an apply at once, whether a request hangs or a repetition is waited for.
func TestAccInterrupt_endsAtOnce(t *testing.T) {
	for name, fault := range map[string]acctest.FaultKind{
		"hangs": acctest.Delay(hour), "busy": acctest.Status(503, map[string]string{"Retry-After": "240"}, "restarting"),
	} {
		for command, endpoint := range map[string]string{"plan": "registered-models/get", "apply": "registered-models/create"} {
			t.Run(name+"/"+command, func(t *testing.T) {
				w := newWorkspace(t)
				proxy := w.proxied()
				if command == "plan" {
					w.CreateModel(t, w.model)
					w.config("resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL\"\n}\nimport {\n  to = mlregistry_registered_model.m\n  id = \"MODEL\"\n}\n")
				} else {
					w.config("resource \"mlregistry_registered_model\" \"m\" {\n  name = \"MODEL-x\"\n}\n")
				}
				arrived := make(chan struct{})
				var once sync.Once
				proxy.OnRequest(func(r acctest.Request) {
					if strings.HasSuffix(r.Path, "/"+endpoint) {
						once.Do(func() { close(arrived) })
					}
				})
				proxy.Fault(acctest.Calls(endpoint), fault, -1)
				args := []string{command, "-no-color", "-input=false"}
				if command == "apply" {
					args = append(args, "-auto-approve")
				}
				running := w.Start(args...)
				select {
				case <-arrived:
				case <-time.After(time.Minute):
					t.Fatalf("no request came:\n%s", running.Output())
				}
				begun := time.Now()
				running.Signal(os.Interrupt)
				result := running.Wait()
				if took := time.Since(begun); result.ExitCode == 0 || took > 10*time.Second {
					t.Errorf("exit code %d, %s after the interrupt:\n%s", result.ExitCode, took, result.Output)
				} else {
					t.Logf("ended %s after the interrupt", took.Round(time.Millisecond))
				}
			})
		}
	}
}

// All resources together have no more requests under way than allowed.
func TestAccProvider_concurrentRequests(t *testing.T) {
	for setting, want := range map[string]int32{"  max_concurrent_requests = 2": 2, "": 10} {
		t.Run(fmt.Sprint(want), func(t *testing.T) {
			w := newWorkspace(t)
			backend, err := url.Parse(w.HTTP)
			if err != nil {
				t.Fatal(err)
			}
			forward := httputil.NewSingleHostReverseProxy(backend)
			var now, most atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				count := now.Add(1)
				defer now.Add(-1)
				for seen := most.Load(); count > seen && !most.CompareAndSwap(seen, count); seen = most.Load() {
				}
				time.Sleep(30 * time.Millisecond) // A server has latency: it is what lets requests overlap.
				forward.ServeHTTP(rw, r)
			}))
			t.Cleanup(server.Close)
			w.URI, w.settings = server.URL, setting
			w.config("resource \"mlregistry_registered_model\" \"m\" {\n  count = 30\n  name = \"MODEL-${count.index}\"\n  force_destroy = true\n}\n")
			t.Cleanup(func() { w.Destroy() })
			w.MustApply("-parallelism=30")
			if got := most.Load(); got > want || got < 2 {
				t.Errorf("%d requests at a time, want at most %d", got, want)
			}
			t.Logf("at most %d requests at a time", most.Load())
		})
	}
}
