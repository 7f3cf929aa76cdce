#!/usr/bin/env bash
# Signs the checksums of a release that another job built, and builds nothing itself. The files are to be those that it built: their
# SHA-256 digests, as sha256sum prints them, come on standard input. GPG_FINGERPRINT names the key.
# Usage: tools/sign-release.sh FOLDER <DIGESTS
set -euo pipefail

cd "${1:?the folder with the files of the release}"
sha256sum --check --strict --quiet
sums=(*_SHA256SUMS)
((${#sums[@]} == 1)) && [[ -f ${sums[0]} ]] || { echo "sign-release: one list of checksums is wanted here: ${sums[*]}" >&2; exit 1; }
rm -f "${sums[0]}.sig"
# The registries want a detached, binary signature by an RSA or DSA key.
gpg --batch --local-user "$GPG_FINGERPRINT" --output "${sums[0]}.sig" --detach-sign "${sums[0]}"
gpg --batch --quiet --verify "${sums[0]}.sig" "${sums[0]}"
