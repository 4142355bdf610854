#!/bin/sh
# In place of qbe in a Hare build, as "qbe -t TARGET -o OUT IN": names the object that was made of this very IL before.
while [ $# -gt 1 ]; do
    [ "$1" = -o ] && out=$2
    shift
done
object=$OBJECTS/$(sha256sum "$1" | cut -c 1-64).o
[ -f "$object" ] || { echo "there is no object of $1" >&2; exit 1; }
echo "# object $object" > "$out"
