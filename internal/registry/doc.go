// Package registry is the domain of a machine-learning model registry: registered models, model
// versions, stages, aliases, the errors a registry answers with, and the interfaces through which the
// rest of the provider reads and writes one.
//
// It does no I/O and imports nothing but the standard library. Words and values are MLflow's own
// (measured on MLflow 3.17).
package registry
