// Command compat writes the tables of the guide on compatibility from the results of test runs on several versions
// (tools/compat.sh). What was measured before, of versions that were not run this time, is kept in a file beside it.
package main
