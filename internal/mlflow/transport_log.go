package mlflow

import (
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// logTransport writes one debug line an attempt: what was asked, how it ended, how long it took. It never
// writes headers, bodies, hosts or queries, which may hold secrets.
type logTransport struct{ next http.RoundTripper }

// RoundTrip sends the request and logs it. A context without a Terraform logger logs nothing.
func (t *logTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	start := time.Now()
	response, err := t.next.RoundTrip(request)
	fields := map[string]any{
		"method": request.Method, "path": request.URL.Path, "duration_ms": time.Since(start).Milliseconds(),
	}
	if current := callOf(request.Context()); current != nil {
		fields["request_id"], fields["attempt"] = current.id, current.attempts+1
	}
	var attempt *attemptError
	switch {
	case err == nil:
		fields["status"] = response.StatusCode
	case errors.As(err, &attempt) && attempt.sent:
		fields["status"] = "no whole answer"
	default:
		fields["status"] = "no connection"
	}
	tflog.Debug(request.Context(), "MLflow request", fields)
	return response, err
}
