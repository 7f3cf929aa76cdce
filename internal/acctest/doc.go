// Package acctest holds what the acceptance tests share: a registry to test against (a temporary embedded
// one, or the real server that MLREGISTRY_TEST_URI names), an outsider who reads and changes it over plain
// HTTP, a watcher that polls a stage, a reverse proxy that records requests and injects faults, and a
// workspace that drives a Terraform CLI as a user would.
//
// The outsider shares no code with the provider's own client on purpose: what checks the provider must not
// repeat its mistakes. The package may import internal/embedded, and neither internal/mlflow nor internal/provider, whose tests
// import this one.
package acctest
