#!/usr/bin/env bash
# Rebuilds and restarts the server whenever a source changes. Islands come from the last `make bundle`.
set -uo pipefail
cd "$(dirname "$0")"
export COHORTIUM_DATABASE_URL="${COHORTIUM_DATABASE_URL:-sqlite://$PWD/demo/cohortium.db}" COHORTIUM_MAIL="${COHORTIUM_MAIL:-file:$PWD/demo/mail}"
mkdir -p demo
server=""
stop() { [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; server=""; }
trap 'stop; exit 0' INT TERM
stamp() { find app domain store server migrations -newer demo/.built \( -name '*.rs' -o -name '*.css' -o -name '*.sql' \) -print -quit 2>/dev/null; }
while true; do
  touch demo/.built
  if cargo build --package server; then
    stop
    [ -s demo/links.txt ] || { ./target/debug/cohortium demo > demo/links.txt && cat demo/links.txt; }
    ./target/debug/cohortium serve & server=$!
  fi
  while [ -z "$(stamp)" ]; do sleep 1; done
done
