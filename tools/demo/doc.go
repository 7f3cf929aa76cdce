// Command demo acts out a handover with a real Terraform CLI, the built provider and a registry, and checks every
// step itself: a version goes to Production, the next one takes over, somebody moves a stage by hand, the takeover is
// rolled back, and a mistake is refused. It exits with 1 if anything is not as expected.
//
// Without -uri the registry is an embedded one in a scratch folder, which is removed at the end.
package main
