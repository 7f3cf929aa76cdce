// Package soak holds the tests of the provider under fire: drawn registries, drawn changes and a fault for every
// request, and processes killed at every request of an apply.
//
// A thousand runs of a real Terraform take hours. The drawn cases therefore run on a stand-in for its core, which calls
// the provider through the plugin protocol in the order that Terraform was seen to call it in: a new provider for each
// walk; upgrade, read, validate and plan of each instance; in the apply a second plan of each changed instance, whose
// known values must agree with the first. It keeps the state, private bytes included, taints what failed half-way, and
// checks what Terraform checks of a provider's answers. It knows one provider, no modules, no count and no
// create_before_destroy. That it ends where Terraform ends is itself a test: some drawn cases are run by both.
//
// Two clients on a server that is killed share one model: the server is a real process over a real file.
//
// Kills of the provider are tested on the real CLI only, with real processes, besides a crash that the stand-in can simulate.
//
// It is tests only, which may import everything.
package soak
