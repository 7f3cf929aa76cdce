// Command embeddedbench measures the embedded registry beside an MLflow server with SQLite and a bare fsync, all on the
// same disk in one run, and prints a table. Run make bench-embedded.
package main
