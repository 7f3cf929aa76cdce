package outside

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// APIPath is where MLflow serves its REST API.
const APIPath = "/api/2.0/mlflow/"

// RefusedError is an answer other than 200.
type RefusedError struct {
	// Status is the HTTP status.
	Status int
	// Body is the answer as it came.
	Body string
}

// Error gives the status and the answer.
func (r *RefusedError) Error() string { return fmt.Sprintf("answered %d: %s", r.Status, r.Body) }

// Call makes one request to an endpoint, such as model-versions/search, of the server at address, and decodes its answer
// into result unless that is nil. body is sent as JSON unless it is nil. An answer other than 200 is a *RefusedError.
func Call(ctx context.Context, client *http.Client, address, method, endpoint string, body, result any) error {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, address+APIPath+endpoint, &content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %w", method, endpoint, &RefusedError{response.StatusCode, string(received)})
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(received, result); err != nil {
		return fmt.Errorf("%s %s answered what is no JSON: %w", method, endpoint, err)
	}
	return nil
}
