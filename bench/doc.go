// Package bench measures what the provider costs: requests and time, on a real registry behind a counting proxy. It has
// no code of its own besides its benchmarks: run make bench.
package bench
