// Command recording turns what `make demo` prints into a moving picture for the README: an SVG of a terminal, which needs no
// script to move and stands still for readers who have asked for that. It reads the demo's output from stdin, takes the
// sections from -from to -to, and writes the picture to stdout. Run make recording.
package main
