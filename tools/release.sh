#!/usr/bin/env bash
# Makes a release in dist/ and checks it. With a version, whose tag and .changes/VERSION.md exist, it is uploaded as a draft that
# tools/sign-release.sh is to sign, and dist/DIGESTS tells what was uploaded; --snapshot uploads nothing, signs with a key made for
# the occasion, and can be limited to some platforms.
# Usage: tools/release.sh vX.Y.Z | tools/release.sh --snapshot [PLATFORM...]
set -euo pipefail
cd "$(dirname "$0")/.."

version=${1:?a version, or --snapshot}
shift
goreleaser=$(tools/go-tool.sh goreleaser)
syft=$(tools/go-tool.sh syft)
mkdir -p .work/release
ln -sf "$syft" .work/release/syft
export PATH=$PWD/.work/release:$PATH SYFT_CHECK_FOR_APP_UPDATE=false

# digests writes down what sign-release.sh is to find: all files that are uploaded.
digests() {
  local sums=(dist/*_SHA256SUMS)
  cp terraform-registry-manifest.json "${sums[0]%SHA256SUMS}manifest.json" # GoReleaser uploads it under this name, and makes no copy.
  (cd dist && sha256sum -- *.zip *.spdx.json *_manifest.json *_SHA256SUMS) >dist/DIGESTS
}

if [[ $version != --snapshot ]]; then
  "$goreleaser" release --clean --release-notes ".changes/$version.md"
  go run ./tools/releasecheck -unsigned
  digests
  exit
fi

GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --passphrase '' --quick-generate-key 'Snapshot <snapshot@example.invalid>' rsa3072 sign never
GPG_FINGERPRINT=$(gpg --batch --with-colons --list-secret-keys | awk -F: '$1 == "fpr" { print $10; exit }')
export GPG_FINGERPRINT

# The configuration, without the platforms that were not asked for.
platforms=$(IFS=,; echo "$*")
awk -v wanted=",$platforms," '
  /^ +targets:/ { targets = 1; print; next }
  targets && /^ +- / { if (wanted == ",," || index(wanted, "," $2 ",")) print; next }
  { targets = 0; print }' .goreleaser.yml >.work/release/goreleaser.yml
"$goreleaser" check --config .goreleaser.yml
"$goreleaser" release --snapshot --clean --config .work/release/goreleaser.yml
digests
tools/sign-release.sh dist <dist/DIGESTS
go run ./tools/releasecheck ${platforms:+-platforms "$platforms"} -keyring "$GNUPGHOME"
