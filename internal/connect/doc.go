// Package connect turns settings, from a provider block and from the environment variables of MLflow's Python SDK,
// into a registry: an MLflow server, or the embedded registry in this process.
//
// It may import the packages that open a registry (internal/mlflow, internal/embedded, internal/credential), internal/redact, internal/registry
// and the reader of proxy variables, and nothing of Terraform.
package connect
