# Functions to run programs in process groups of their own and to stop them with all their children. Sourced.
# shellcheck shell=bash disable=SC2034

# start_group COMMAND... starts a command in the background, as the leader of a new process group, in $started.
start_group() {
  set -m
  "$@" &
  started=$!
  set +m
}

# stop_group LEADER asks every process of a group to end, and kills those that have not after ten seconds.
stop_group() {
  [[ -n ${1:-} ]] || return 0
  kill -TERM -- "-$1" 2>/dev/null || return 0
  for _ in {1..100}; do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}
