package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

// project is the name that the registries want for the repository and at the beginning of each file.
const project = "terraform-provider-mlregistry"

// releasePlatforms are those of every release. They stand here again, beside .goreleaser.yml, so that one which gets lost there is
// missed here.
var releasePlatforms = []string{
	"darwin_amd64", "darwin_arm64",
	"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
	"windows_386", "windows_amd64", "windows_arm64",
}

func main() {
	dist := flag.String("dist", "dist", "folder that GoReleaser wrote")
	docs := flag.String("docs", "docs", "folder of the rendered documentation")
	manifest := flag.String("manifest", "terraform-registry-manifest.json", "the manifest in the repository")
	platforms := flag.String("platforms", strings.Join(releasePlatforms, ","), "platforms that were built")
	keyring := flag.String("keyring", "", "GnuPG home with the public key of the signature; empty takes the user's own")
	unsigned := flag.Bool("unsigned", false, "the checksums are yet to be signed, by another job")
	flag.Parse()

	r := &release{dist: *dist, manifest: *manifest, platforms: strings.Split(*platforms, ","), keyring: *keyring, unsigned: *unsigned}
	problems := append(r.check(), checkDocs(*docs)...)
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, "releasecheck:", problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	signature := "signature, "
	if *unsigned {
		signature = ""
	}
	fmt.Printf("%s %s for %d platforms: names, contents, manifest, checksums, %sSBOMs and docs are as the registries want them\n",
		project, r.version, len(r.platforms), signature)
}
