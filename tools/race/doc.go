// Command race lets several clients promote different versions of one model to Production at the same instant, again
// and again, and looks with plain HTTP at who holds the stage when all are through. It races Terraform runs with states
// of their own, the provider's engine alone (faster, so for more rounds), both together with a script that knows nothing
// of the provider's protocol, and for comparison nothing but such scripts.
//
// It exits with 1 if clients of the provider left other than one holder, or said anything but what they should.
// Without -uri the registry is an embedded one in a scratch folder, served over HTTP by the provider's program.
package main
