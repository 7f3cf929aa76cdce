// Command terraform-provider-mlregistry is the Terraform provider for machine-learning model registries. Terraform starts
// it as a plugin; `terraform-provider-mlregistry serve` runs its embedded registry as an HTTP server instead.
//
// It may import internal/provider and internal/serve, and the plugin server.
package main
