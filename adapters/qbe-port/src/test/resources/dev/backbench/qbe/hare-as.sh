#!/bin/sh
# In place of as in a Hare build, as "as -o OUT MADE [WRITTEN BY HAND...]": gives the object that MADE names, with what else belongs to the module.
out=$2
object=$(sed -n 's/^# object //p;q' "$3")
shift 3
echo "$object" >> "$OBJECTS/used"
[ $# -gt 0 ] || exec cp "$object" "$out"
x86_64-linux-gnu-as -o "$out.more" "$@" && exec x86_64-linux-gnu-ld -r -o "$out" "$object" "$out.more"
