// Command plain is a provider with mlregistry's schemas that knows nothing: what Terraform reads is what is in its state, and what
// it plans is what is proposed. Without I/O it is the floor, what Terraform's own work costs. With BENCH_READ=single it asks
// the registry at BENCH_URI for each instance by itself, as a provider does that reads one by one.
package main
