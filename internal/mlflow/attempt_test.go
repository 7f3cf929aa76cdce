package mlflow

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func (endless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(endless{})}, nil
}

func TestAnAnswerIsBounded(t *testing.T) {
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://registry.example", nil)
	_, err := (&attemptTransport{next: endless{}, timeout: time.Minute, maxAnswer: 1000, clock: &serverClock{}}).RoundTrip(request)
	var attempt *attemptError
	if !errors.As(err, &attempt) || attempt.fault != registry.FaultTooLong || !attempt.permanent || err.Error() != "the answer is longer than 1000 bytes" {
		t.Error(err)
	}
}
