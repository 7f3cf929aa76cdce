// Command releasecheck looks at what GoReleaser left in dist/ and at docs/ with the eyes of the Terraform and the OpenTofu
// registry: names, the manifest, checksums, the signature, what is in each zip and for which platform it was built, SBOMs, and
// the layout of the documentation. It prints everything that is wrong and exits with 1 if that is anything.
//
//	go run ./tools/releasecheck -dist dist -docs docs [-platforms linux_amd64] [-keyring FOLDER | -unsigned]
package main
