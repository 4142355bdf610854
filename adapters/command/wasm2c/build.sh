#!/bin/sh
# Makes an executable of a WASI command through C: build.sh CC MODULE.wasm FOLDER [FLAG...] leaves FOLDER/program.
set -eu
[ $# -ge 3 ] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
cc=$1 module=$2 out=$3 here=$(cd "$(dirname "$0")" && pwd)
shift 3
command -v wasm2c >/dev/null || { echo "wasm2c is not on the path: apt-get install wabt (or unpack a release of WABT and put its bin folder on the path)" >&2; exit 3; }
command -v "$cc" >/dev/null || { echo "the C compiler $cc is not on the path: apt-get install $cc" >&2; exit 3; }

# The run-time library is C too, and has no fixed place: Debian has it in src or, before, in share, a release of WABT beside bin, as its source tree does.
prefix=$(dirname "$(dirname "$(readlink -f "$(command -v wasm2c)")")")
for folder in "${WASM_RT:-}" "$prefix/src/wasm2c" "$prefix/share/wabt/wasm2c" "$prefix/wasm2c"; do
    [ -f "$folder/wasm-rt-impl.c" ] && break
done
[ -f "$folder/wasm-rt-impl.c" ] || { echo "wasm2c is there, but not its wasm-rt-impl.c: set WASM_RT to the folder that has it" >&2; exit 3; }
runtime="$folder/wasm-rt-impl.c"
for part in mem exceptions; do
    [ ! -f "$folder/wasm-rt-$part-impl.c" ] || runtime="$runtime $folder/wasm-rt-$part-impl.c"
done

cd "$out"
wasm2c -n prog "$module" -o prog.c
# Names changed after 1.0.32; the arguments of the instantiation are the modules imported from, in their order.
naming=
grep -q 'void Z_prog_instantiate(' prog.h && naming=-DBEFORE_1_0_33
declared=$(sed -n 's/^void \(Z_prog\|wasm2c_prog\)_instantiate(\(.*\));.*/\1 \2/p' prog.h)
[ -n "$declared" ] || { echo "this wasm2c ($(wasm2c --version)) writes a header without an instantiation as known here; 1.0.32 and 1.0.36 are" >&2; exit 3; }
arguments='&instance'
case $declared in
    *bench*wasi*) arguments="$arguments,&bench,&wasi" ;;
    *wasi*bench*) arguments="$arguments,&wasi,&bench" ;;
    *bench*) arguments="$arguments,&bench" ;;
    *wasi*) arguments="$arguments,&wasi" ;;
esac
grep -q "export: 'memory'" prog.h || naming="$naming -DNO_MEMORY"
# -fno-optimize-sibling-calls and -frounding-math are what wasm2c's README asks for; GCC must besides not turn a signalling NaN into a quiet one.
case $("$cc" --version 2>/dev/null) in
    *"Free Software Foundation"*) set -- -fsignaling-nans "$@" ;;
esac
exec "$cc" -fno-optimize-sibling-calls -frounding-math -w $naming -DINSTANTIATE="${declared%% *}_instantiate($arguments)" -I. -I"$folder" "$@" \
    prog.c "$here/host.c" $runtime -o program -lm
