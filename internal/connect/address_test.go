package connect_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// What people slip at in an address is named, and nothing that may be a secret is shown.
func TestSlipsInAnAddressAreNamed(t *testing.T) {
	for address, says := range map[string]string{
		"localhost:5000":                      "has no scheme: write http://localhost:5000",
		"mlflow.example.com:443/prefix":       "has no scheme: write https://mlflow.example.com:443",
		"127.0.0.1:5000":                      "has no scheme: write http://127.0.0.1:5000",
		"[::1]:5000":                          "has no scheme: write http://[::1]:5000",
		"mlflow.example.com":                  "has no scheme: use http://",
		"ann:s3cr3t@mlflow.example.com":       "has no scheme: use http://",
		"s3cr3t":                              "has no scheme: use http://",
		"//mlflow.example.com":                "has no scheme: use http://",
		"./mlruns":                            "has no scheme: use http://",
		"http:/127.0.0.1:5000":                `write two slashes after "http:"`,
		"HTTPS:mlflow.example.com":            `write two slashes after "HTTPS:"`,
		"http://127.0.0.1:1\n":                "a line break at its end",
		"http://127.0.0.1:1\r\n":              "a line break at its end",
		" http://127.0.0.1:1":                 "a space at its start",
		"http://127.0.0.1:1\t":                "a tab at its end",
		"\ufeffhttp://127.0.0.1:1":            "the invisible character U+FEFF at its start",
		"http://127.0.0.1:1\u200b":            "the invisible character U+200B at its end",
		"http://127.0.0.1:1\u00a0":            "the invisible character U+00A0 at its end",
		"http://ann:s3cr3t@127.0.0.1 /x":      "a space in it",
		"http://127.0.0.1/a\x00b":             "a control character in it",
		"   ":                                 "holds nothing but white space",
		`"http://127.0.0.1:1"`:                "in quotation marks",
		`'http://ann:s3cr3t@127.0.0.1:1'`:     "in quotation marks",
		"sqlite:///x.db":                      `start with "sqlite"`,
		"file:///mlruns":                      `start with "file"`,
		"postgresql://ann:s3cr3t@host/db":     `start with "postgresql"`,
		"databricks":                          "has no scheme: use http://",
		"embedded:":                           "names no file",
		"embedded:registry.db\n":              "a line break at its end",
		" embedded:registry.db":               "a space at its start",
		"embedded:/tmp/a\x1bb.db":             "a control character in it",
		"http://127.0.0.1:1#/models":          "query or a fragment",
		"https://ann:s3cr3t@mlflow:port/":     "not a valid URL",
		"http://":                             "names no host",
		"http://ann:s3cr3t@127.0.0.1:1?x=y\n": "a line break at its end",
	} {
		for _, attribute := range []string{"tracking_uri", "registry_uri"} {
			settings := connect.Settings{TrackingURI: address}
			if attribute == "registry_uri" {
				settings = connect.Settings{TrackingURI: "http://127.0.0.1", RegistryURI: address}
			}
			_, err := connect.Open(settings, "test")
			setting, ok := errors.AsType[*connect.SettingError](err)
			if !ok || setting.Attribute != attribute || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%s %q: %v; want %q", attribute, address, err, says)
			}
		}
	}
}

// A scheme may be written in any letter case (RFC 3986, 3.1).
func TestTheLetterCaseOfASchemeDoesNotMatter(t *testing.T) {
	file := filepath.Join(t.TempDir(), "my registry.db")
	for _, address := range []string{"Embedded:" + file, "EMBEDDED:" + file} {
		opened, err := connect.Open(connect.Settings{TrackingURI: address}, "test")
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		if _, err := opened.CreateModel(t.Context(), registry.NewModel{Name: address[:3]}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"HTTP://127.0.0.1:1", "HttpS://127.0.0.1:1/Prefix"} {
		if _, err := connect.Open(connect.Settings{TrackingURI: address}, "test"); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := (connect.Settings{TrackingURI: "EMBEDDED:" + file}).WithEnvironment(environment("MLFLOW_TRACKING_AUTH", "x"), noFile); err != nil {
		t.Errorf("an embedded registry needs no credentials: %v", err)
	}
	if !(connect.Settings{TrackingURI: "HTTP://mlflow.example.com", Token: "t"}).SendsCredentialsInTheClear() {
		t.Error("HTTP:// does not count as unencrypted")
	}
}
