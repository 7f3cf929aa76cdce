// Package reviewcheck holds the tests of examples/review: real plans of a real Terraform are put to the recipes and the
// policies there, by the real OPA. make test-policies runs them; the build tag policies keeps them out of the other
// tests, because building OPA takes minutes.
package reviewcheck
