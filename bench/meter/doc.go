// Command meter runs the provider in its place and writes down what the process cost: Terraform starts this program, and this one
// the provider named by METER_PROGRAM. Each run adds a line to METER_FILE: user CPU in microseconds, peak memory in KiB.
package main
