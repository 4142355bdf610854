#!/bin/sh
# Makes the local Debian base image backbench/debian:SUITE without an image hub.
# usage: docker/make-base.sh [SUITE]      (trixie unless named; needs root, debootstrap and a running Docker engine)
set -eu
suite=${1:-trixie}
case $suite in
    -h|--help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
    trixie|sid) ;;
    *) echo "make-base: no image here builds on '$suite'; name trixie or sid" >&2; exit 2 ;;
esac
command -v debootstrap >/dev/null || { echo "make-base: debootstrap is missing: apt-get install debootstrap" >&2; exit 2; }
docker info >/dev/null 2>&1 || { echo "make-base: no Docker engine answers: start one (dockerd, as root)" >&2; exit 2; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT INT TERM
echo "make-base: unpacking a minimal Debian $suite (about 180 MB) ..." >&2
debootstrap --variant=minbase "$suite" "$root" >"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt/archives/*.deb "$root.log"
tar -C "$root" -c . | docker import - "backbench/debian:$suite"
