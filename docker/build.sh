#!/bin/sh
# Builds the images of the external toolchains and prints "name image-id" for each.
# usage: docker/build.sh [--hub] [IMAGE ...]   (bare toolchain-gcc toolchain-llvm toolchain-qbe python-jit; all unless named)
#   --hub   on the public Debian images instead of the local base that docker/make-base.sh makes
set -eu
here=$(cd "$(dirname "$0")" && pwd)
hub=
case ${1:-} in
    -h|--help) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --hub) hub=yes; shift ;;
esac
[ $# -gt 0 ] || set -- bare toolchain-gcc toolchain-llvm toolchain-qbe python-jit
docker info >/dev/null 2>&1 || { echo "build: no Docker engine answers: start one (dockerd, as root)" >&2; exit 2; }
for image in "$@"; do
    [ -f "$here/$image/Dockerfile" ] || { echo "build: no image '$image' here" >&2; exit 2; }
    suite=$(sed -n 's/^ARG SUITE=//p' "$here/$image/Dockerfile")
    if [ -n "$hub" ]; then
        base=debian:$suite-slim
    else
        base=backbench/debian:$suite
        docker image inspect "$base" >/dev/null 2>&1 || "$here/make-base.sh" "$suite" >/dev/null
    fi
    echo "build: $image on $base ..." >&2
    docker build -q --network host --build-arg "BASE=$base" -t "backbench/$image" "$here/$image" >/dev/null
    echo "$image $(docker image inspect --format '{{.Id}}' "backbench/$image")"
done
