// Package mlflow is an HTTP client of MLflow's model registry REST API (/api/2.0/mlflow/registered-models/…
// and /api/2.0/mlflow/model-versions/…). Its Client implements registry.Client.
//
// A request passes through one concern after the other: the call says which writes may be repeated
// (call.go), the retry policy repeats them (retry.go), redirects are kept to the same server
// (transport_redirect.go), and the chain of round trippers adds credentials and headers, waits for its turn and
// writes a debug log before one attempt is made, bounded in time and read whole (transport_*.go). What comes back
// becomes a value of package registry (wire.go) or a *registry.Error (errors.go).
//
// A Client keeps nothing of what it read but whether the server has the workspace (workspaces.go) and what its clock shows
// (server_clock.go), and never writes credentials to an error or a log.
// Shapes, codes and limits are those of MLflow 3.17 (server/handlers.py).
//
// It may import internal/registry, the HTTP clients that it is made of, and Terraform's logger; nothing else of Terraform.
package mlflow
