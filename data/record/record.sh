#!/bin/bash
# Records workloads into data/traces: data/record/record.sh [NAME ...], default all.
# Needs Debian 12 with: apt-get install valgrind strace sqlite3 git gcc libc6-dev python3, and a built dist/.
# Runs in a process-id namespace of its own (unshare from util-linux; as root or with user namespaces).
set -eu
here=$(dirname "$(readlink -f "$0")")
main=${RECLAIM_LAB_MAIN:-$here/../../dist/trace/record/main.js}
namespace=(--pid --fork --mount-proc --kill-child)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
[ $# -gt 0 ] || set -- sqlite compile python git sort grep copytar
for name in "$@"; do
  unshare "${namespace[@]}" node "$main" "$name"
done
