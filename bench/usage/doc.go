// Package usage asks the system what a program that has ended took. It may import the standard library only.
package usage
