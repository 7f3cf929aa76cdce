// Package examplecheck holds the tests of examples/ and of the README's example: each is planned, and applied where it
// is complete, by a real CLI against an embedded registry, so that no reader copies something that does not work.
package examplecheck
