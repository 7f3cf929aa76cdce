// Package serve runs the embedded registry as an HTTP server: `terraform-provider-mlregistry serve`. It is for
// a laptop and for tests in which other programs, such as the official MLflow client, share the registry with
// Terraform. Teams run MLflow itself.
//
// It may import the standard library and internal/embedded only.
package serve
