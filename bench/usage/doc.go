// Package usage asks the system what programs take, running or ended. It may import the standard library only.
package usage
