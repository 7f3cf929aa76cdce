//go:build browser

package serve_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// attack is a page of another site, which makes a browser send requests to the registry in each way that a page can.
const attack = `<!doctype html><title>attack</title>
<img src="%[1]s/health"><script src="%[1]s/version"></script>
<iframe src="%[1]s` + models + `search"></iframe>
<iframe name="sink"></iframe>
<form id="form" method="post" enctype="text/plain" target="sink" action="%[1]s` + models + `create"><input name='{"name":"form","x":"' value='"}'></form>
<script>
const send = (path, options) => fetch("%[1]s" + path, {mode: "no-cors", ...options}).catch(() => {});
addEventListener("load", async () => {
  document.getElementById("form").submit();
  await send("` + models + `get", {});
  await send("` + models + `set-tag", {method: "POST", body: '{"name":"fetch"}', headers: {"Content-Type": "text/plain"}});
  await send("` + models + `update", {mode: "cors", method: "PATCH", body: "{}", headers: {"Content-Type": "application/json"}});
  navigator.sendBeacon("%[1]s` + models + `rename", "{}");
  await fetch("/done");
});
</script>`

// browse opens a page in a browser until the page is through.
func browse(t *testing.T, page string, through <-chan struct{}) {
	t.Helper()
	browser := os.Getenv("BROWSER")
	if browser == "" {
		t.Fatal("BROWSER names no browser")
	}
	command := exec.CommandContext(t.Context(), browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--user-data-dir="+t.TempDir(), page)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-through:
	case <-t.Context().Done():
	}
	_ = command.Process.Kill() // it may have ended
	_ = command.Wait()         // it says that it was killed
}

// TestAWebPageOfAnotherSiteGetsNothing needs a real browser: what one sends is for it to say. BROWSER names a Chromium.
func TestAWebPageOfAnotherSiteGetsNothing(t *testing.T) {
	address, log := start(t)
	through := make(chan struct{}, 10)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		switch request.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprintf(w, attack, address) // the browser may have gone
		case "/done":
			through <- struct{}{}
		}
	}))
	defer site.Close()
	page := strings.Replace(site.URL, "127.0.0.1", "attack.localhost", 1) + "/"
	browse(t, page, through)
	line := regexp.MustCompile(`method=(\S+) path=(\S+) status=(\d+)`)
	await(t, "every way was tried", func() bool {
		seen := map[string]bool{}
		for _, found := range line.FindAllStringSubmatch(log.String(), -1) {
			seen[found[2]] = true
		}
		for _, path := range []string{"/health", "/version", models + "search", models + "create", models + "get", models + "set-tag", models + "update"} {
			if !seen[path] {
				return false
			}
		}
		return true
	})
	for _, found := range line.FindAllStringSubmatch(log.String(), -1) {
		if found[3] != "403" {
			t.Errorf("%s %s of a page of another site was answered %s", found[1], found[2], found[3])
		}
	}
	// Whoever types the address gets an answer.
	before := log.String()
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		for t.Context().Err() == nil && !strings.Contains(strings.TrimPrefix(log.String(), before), "path=/version status=200") {
			time.Sleep(5 * time.Millisecond)
		}
	}()
	browse(t, address+"/version", typed)
}
