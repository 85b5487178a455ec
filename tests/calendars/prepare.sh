#!/usr/bin/env bash
# Prepares the foreign calendar readers beside the build: a Python environment and the libical judge.
set -euo pipefail
cd "$(dirname "$0")"
out="${CARGO_TARGET_DIR:-$PWD/../../target}/judges"
mkdir -p "$out"
if ! cmp -s requirements.txt "$out/requirements.txt"; then
  echo "Installing the Python calendar readers."
  python3 -m venv "$out/venv"
  "$out/venv/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
  cp requirements.txt "$out/requirements.txt"
fi
if [ judge_libical.c -nt "$out/judge_libical" ]; then
  cc -O1 -o "$out/judge_libical" judge_libical.c -lical
fi
