// Package connect turns settings, from a provider block and from the environment variables of MLflow's Python SDK,
// into a registry: an MLflow server, or the embedded registry in this process.
package connect
