// Package embedded is an MLflow-compatible model registry on SQLite in this process: an http.Handler that
// answers the registry REST API under /api/2.0/mlflow and /ajax-api/2.0/mlflow as `mlflow server` 3.18.0
// with SQLite does, and a RoundTripper that reaches it without a socket.
//
// It needs no server and no set-up: laptops, module tests and CI use it as it is. Nothing is created on disk
// before the first write, several processes may open one file, and a transition with
// archive_existing_versions=true runs under the database's write lock, so that racing promotions never leave
// two holders. DIFFERENCES.md lists where it deliberately differs from MLflow.
//
// It may import the standard library, the SQLite driver and internal/registry only.
package embedded
