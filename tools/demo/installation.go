package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

const (
	providerAddress = "registry.terraform.io/mlregistry/mlregistry"
	// openTofuAddress is what OpenTofu makes of a source without a host.
	openTofuAddress = "registry.opentofu.org/mlregistry/mlregistry"
	// mirrorVersion is the version under which the built provider is offered.
	mirrorVersion = "0.0.1"
)

// installProvider offers the built provider in a mirror in folder, for Terraform and for OpenTofu, and returns the
// path of the CLI configuration file that names it: init then needs no network.
func installProvider(folder, provider string) (string, error) {
	mirror := filepath.Join(folder, "mirror")
	name := "terraform-provider-mlregistry_v" + mirrorVersion
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, address := range []string{providerAddress, openTofuAddress} {
		place := filepath.Join(mirror, filepath.FromSlash(address), mirrorVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(place, 0o755); err != nil {
			return "", err
		}
		if err := copyProgram(provider, filepath.Join(place, name)); err != nil {
			return "", fmt.Errorf("the built provider: %w; make build makes it", err)
		}
	}
	settings := filepath.Join(folder, "cli.tfrc")
	content := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror))
	return settings, os.WriteFile(settings, []byte(content), 0o600)
}

func copyProgram(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		_ = target.Close()
		return err
	}
	return target.Close()
}
