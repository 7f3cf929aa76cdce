package mlflow_test

import (
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	const uri = "https://registry.example"
	for text, config := range map[string]mlflow.Config{
		"is empty":                      {BaseURL: " "},
		`the scheme "ftp"`:              {BaseURL: "ftp://ann:s3cr3t@registry.example"},
		`the scheme "embedded"`:         {BaseURL: "embedded:x.db"},
		"names no host":                 {BaseURL: "http://"},
		"not a valid URL":               {BaseURL: "http://ann:s3cr3t%zz@registry.example"},
		"query or a fragment":           {BaseURL: uri + "?token=s3cr3t"},
		"not both":                      {BaseURL: uri, InsecureTLS: true, Authorities: x509.NewCertPool()},
		"jitter -1 is negative":         {BaseURL: uri, BackoffJitter: -1},
		"-1 requests at a time":         {BaseURL: uri, ConcurrentRequests: -1},
		`"a b" is not a header name`:    {BaseURL: uri, TokenHeader: "a b"},
		"timeout -1s is negative":       {BaseURL: uri, RequestTimeout: -time.Second},
		"factor -1 is negative":         {BaseURL: uri, BackoffFactor: -1},
		"must not hold ':'":             {BaseURL: uri, Username: "a:b", Password: "s3cr3t"},
		"the password holds a line":     {BaseURL: uri, Username: "a", Password: "s3cr3t\n"},
		"the token holds a line":        {BaseURL: uri, Token: "s3cr3t\n"},
		`"X Y" is not a header name`:    {BaseURL: uri, Headers: map[string]string{"X Y": "s3cr3t"}},
		"the header Host can't be set":  {BaseURL: uri, Headers: map[string]string{"Host": "s3cr3t"}},
		"value of the header X-Key":     {BaseURL: uri, Headers: map[string]string{"x-key": "s3cr3t\r\nX: y"}},
		"of the header X-Mlflow-Worksp": {BaseURL: uri, Workspace: "a\nb"},
	} {
		client, err := mlflow.New(config)
		if err == nil || client != nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%v; want %q", err, text)
		}
		if config := new(mlflow.ConfigError); !errors.As(err, &config) || config.Field == "" {
			t.Errorf("%v names no field", err)
		}
	}
}

func TestNewMakesNoRequest(t *testing.T) {
	for _, uri := range []string{serve(t).URL, "https://registry.invalid/", "http://[::1]:1/prefix/"} {
		if _, err := mlflow.New(mlflow.Config{BaseURL: uri}); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
}
