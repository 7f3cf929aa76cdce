# A function to run database servers, which refuse to run as root, as somebody else. Sourced.
# shellcheck shell=bash disable=SC2034

# choose_account FOLDER ACCOUNT puts a command into the array $as that runs its arguments as another user, and gives the
# folder to that user: ACCOUNT if there is one of that name, else nobody. Whoever is not root stays who he is: $as is empty.
choose_account() {
  as=()
  ((EUID == 0)) || return 0
  local account=nobody
  ! id "$2" >/dev/null 2>&1 || account=$2
  chown "$account" "$1"
  if command -v setpriv >/dev/null; then
    as=(setpriv "--reuid=$account" "--regid=$(id -g "$account")" --clear-groups)
  else
    # shellcheck disable=SC2016
    as=(su -s /bin/sh "$account" -c 'exec "$0" "$@"')
  fi
}
