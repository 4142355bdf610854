#!/bin/sh
# One line: the versions of wasm2c and of the C compiler named.
set -eu
command -v wasm2c >/dev/null || { echo "wasm2c is not on the path: apt-get install wabt"; exit 3; }
command -v "$1" >/dev/null || { echo "$1 is not on the path: apt-get install $1"; exit 3; }
echo "wasm2c $(wasm2c --version), $("$1" --version | head -n 1)"
