package credential

import (
	"strings"
	"testing"
	"time"
)

func TestFormsOfAnswers(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	hour := now.Add(time.Hour)
	for name, test := range map[string]struct {
		output string
		expiry time.Time
	}{
		"ours":                 {`{"token": "t0ken", "expiry": "2026-05-01T13:00:00Z"}`, hour},
		"ours, in a time zone": {`{"token": "t0ken", "expiry": "2026-05-01T15:00:00+02:00"}`, hour},
		"ours, without end":    {"\n{\"token\": \"t0ken\"}\n", time.Time{}},
		"ExecCredential":       {`{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "spec": {}, "status": {"expirationTimestamp": "2026-05-01T13:00:00Z", "token": "t0ken"}}`, hour},
		"kubectl create token": {`{"kind": "TokenRequest", "metadata": {"name": "mlflow"}, "spec": {"expirationSeconds": 3600}, "status": {"token": "t0ken", "expirationTimestamp": "2026-05-01T13:00:00Z"}}`, hour},
		"OAuth 2":              {`{"access_token": "t0ken", "token_type": "Bearer", "expires_in": 3600}`, hour},
		"OAuth 2, as text":     {`{"access_token": "t0ken", "expires_in": "3600"}`, hour},
		"OAuth 2, for ever":    {`{"access_token": "t0ken", "expires_in": 9223372036854775807}`, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"az, for ever":         {`{"accessToken": "t0ken", "expires_on": 253402300799}`, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"az, at no such time":  {`{"accessToken": "t0ken", "expires_on": 9223372036854775807}`, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"az":                   {`{"accessToken": "t0ken", "expiresOn": "2026-05-01 15:00:00.000000", "expires_on": 1777640400, "tokenType": "Bearer"}`, hour},
	} {
		got, err := parse([]byte(test.output), now)
		if err != nil || got.value != "t0ken" || !got.expiry.Equal(test.expiry) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for output, want := range map[string]string{
		"": "printed nothing", "s3cr3t": "did not print JSON", `"s3cr3t"`: "did not print JSON", `{"id_token": "s3cr3t"}`: "has no token",
		`{"token": "s3cr3t", "expiry": "s3cr3t tomorrow"}`: "not written as", `{"token": "s3cr3t", "expiry": "2026-05-01T12:00:00Z"}`: "has expired at 2026-05-01T12:00:00Z",
		`{"token": "s3cr3t\nX-Admin: yes"}`: "line break", `{"access_token": "s3cr3t", "expires_in": 1.5}`: "not a number of seconds",
	} {
		if got, err := parse([]byte(output), now); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %+v, %v", output, got, err)
		}
	}
}
