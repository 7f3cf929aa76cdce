package mlflow

import "net/http"

// limitTransport lets a limited number of requests be under way at a time. Since an attempt reads its answer whole, a
// place is taken until the last byte has come. Whoever waits for a repetition takes none.
type limitTransport struct {
	next   http.RoundTripper
	places chan struct{}
}

// RoundTrip waits for a place, as long as the request's context allows.
func (t *limitTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	select {
	case t.places <- struct{}{}:
	case <-request.Context().Done():
		return nil, &attemptError{cause: request.Context().Err()}
	}
	defer func() { <-t.places }()
	return t.next.RoundTrip(request)
}
