package connect_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
)

// A folder of authorities, such as a system's, holds links to folders and links to what was removed. They are passed over, as
// OpenSSL does.
func TestAFolderOfAuthoritiesMayHoldOtherThings(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"registered_model": {"name": "fraud"}}`))
	}))
	defer server.Close()
	folder, elsewhere := t.TempDir(), t.TempDir()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(folder, "ca.pem"), authority, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "java"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"a-folder": elsewhere, "removed": filepath.Join(elsewhere, "nothing.pem")} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil && runtime.GOOS != "windows" { // Where it takes rights.
			t.Fatal(err)
		}
	}
	client, err := connect.Open(connect.Settings{TrackingURI: server.URL, ServerCertPath: folder}, "test")
	if err != nil {
		t.Fatal(err)
	}
	if model, err := client.Model(t.Context(), "fraud"); err != nil || model.Name != "fraud" {
		t.Errorf("%+v, %v", model, err)
	}
}
