// Package repocheck holds the tests of the repository itself: that each package says what it is for and what it may import,
// that no link in a text is dead, and that the configuration and the commands which texts show can be read and name what exists.
package repocheck
