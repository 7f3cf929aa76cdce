#!/usr/bin/env bash
# Prints the path of a Python environment that holds exactly the given packages, making it under .work first
# unless a complete one is there. Packages after --no-deps are installed last, without what they depend on, and may
# replace another version of themselves.
# Usage: tools/python-venv.sh NAME PACKAGE==VERSION... [--no-deps PACKAGE==VERSION...]
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$PWD/.work/venv-${1:?a name}
shift
complete=
[[ ! -f $venv/complete ]] || complete=$(<"$venv/complete")
if [[ $complete != "$*" ]]; then
  command -v python3 >/dev/null || { echo "python-venv: python3 is needed to install $*" >&2; exit 1; }
  echo "installing $*" >&2
  # Packages that only came to the end of the list are added to what is there.
  if [[ -z $complete || "$*" != "$complete "* ]]; then
    rm -rf "$venv"
    mkdir -p .work
    python3 -m venv "$venv" >&2
  fi
  packages=("$@") alone=()
  for ((i = 0; i < ${#packages[@]}; i++)); do
    [[ ${packages[i]} == --no-deps ]] || continue
    alone=("${packages[@]:i+1}")
    packages=("${packages[@]:0:i}")
  done
  pip=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check)
  rm -f "$venv/complete"
  "${pip[@]}" "${packages[@]}" >&2
  ((${#alone[@]} == 0)) || "${pip[@]}" --no-deps "${alone[@]}" >&2
  echo "$*" >"$venv/complete"
fi
echo "$venv"
