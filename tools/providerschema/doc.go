// Command providerschema writes the provider's schemas in the format of terraform providers schema -json, which is
// what the documentation is generated from. It asks the provider itself: a CLI writes only the kinds it knows, so
// that the documentation would depend on which one is installed.
package main
