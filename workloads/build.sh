#!/bin/sh
# Rebuilds our programs: build.sh [--accept] [NAME...]; without names all of them.
#
# Compilers come at pinned versions through pip, npm, rustup and Go into the user's cache; nothing is installed system-wide. Each module is then run under two
# unlike engines (Node's and Wasmtime) that must agree with each other and with NAME.stdout.expected; --accept writes that file instead. At the end
# catalogue.json and README.md get the new hashes and sizes.
set -eu

ZIG=0.14.1
ASSEMBLYSCRIPT=0.28.20
WABT=1.0.39
WASMTIME=50.0.1
RUST=1.95.0
GO=go1.26.8

here=$(cd "$(dirname "$0")" && pwd)
programs=$here/programs
tools=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/backbench}/toolchains
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What the front end takes: WebAssembly 1.0 and the features merged into 2.0, but for SIMD.
features=generic+bulk_memory+sign_ext+nontrapping_fptoint+multivalue+reference_types+mutable_globals

say() { echo "$*" >&2; }
need() { command -v "$1" >/dev/null || { say "build.sh: needs $1; install $2"; exit 2; }; }

pip_package() { # name, version
    [ -e "$tools/$1-$2/.done" ] && return
    need python3 "Python 3 with pip"
    say "fetching $1 $2 into $tools"
    python3 -m pip install -q --no-deps --target "$tools/$1-$2" "$1==$2" && touch "$tools/$1-$2/.done"
}

npm_package() { # name, version
    [ -e "$tools/$1-$2/.done" ] && return
    need npm "Node 20 or later"
    say "fetching $1 $2 into $tools"
    mkdir -p "$tools/$1-$2"
    (cd "$tools/$1-$2" && npm install --silent --ignore-scripts --no-save --prefix . "$1@$2") && touch "$tools/$1-$2/.done"
}

zig() {
    pip_package ziglang $ZIG
    "$tools/ziglang-$ZIG/ziglang/zig" "$@"
}

# C without a library: programs/lib/bench.h is all there is.
build_c() { # name, flags...
    name=$1; shift
    zig cc -target wasm32-freestanding -mcpu=$features -O2 -std=c23 -Wall -Wextra -nostdlib -fno-builtin-memcmp --embed-dir="$work" -Wl,--no-entry "$@" \
        "$name.c" -o "$work/$name.wasm"
}

# C with the WASI C library.
build_libc() { # name, sources and flags...
    name=$1; shift
    zig cc -target wasm32-wasi -mcpu=$features -O2 -std=c23 -Wall -Wextra "$@" -o "$work/$name.wasm"
}

build_cpp() { # name
    zig c++ -target wasm32-wasi -mcpu=$features -O2 -std=c++20 -Wall -Wextra -fno-exceptions -fno-rtti "$1.cpp" -o "$work/$1.wasm"
}

build_zig() { # name, flags...
    name=$1; shift
    zig build-exe -target wasm32-wasi -mcpu=$features -OReleaseFast -femit-bin="$work/$name.wasm" "$@" --dep bench -Mroot="$name.zig" -Mbench="$programs/lib/bench.zig"
}

build_wat() { # name
    npm_package wabt $WABT
    node "$tools/wabt-$WABT/node_modules/wabt/bin/wat2wasm" --debug-names "$1.wat" -o "$work/$1.wasm"
}

build_ts() { # name, flags...
    name=$1; shift
    npm_package assemblyscript $ASSEMBLYSCRIPT
    node "$tools/assemblyscript-$ASSEMBLYSCRIPT/node_modules/assemblyscript/bin/asc.js" "$name.ts" -O3 --runtime incremental --exportStart _start \
        --enable bulk-memory --enable sign-extension --enable nontrapping-f2i --enable mutable-globals --debug --use abort=../lib/bench/abort "$@" -o "$work/$name.wasm"
}

build_rs() { # name, flags...
    name=$1; shift
    need rustup "rustup with Rust $RUST"
    rustup target add --toolchain $RUST wasm32-wasip1 >/dev/null 2>&1 || { say "build.sh: rustup cannot add wasm32-wasip1 to $RUST"; exit 2; }
    rustup run $RUST rustc --edition 2021 --target wasm32-wasip1 -C opt-level=2 -C panic=abort -C codegen-units=1 -C lto=fat -C strip=debuginfo "$@" "$name.rs" -o "$work/$name.wasm"
}

build_go() { # name
    need go "Go ${GO#go}"
    GOOS=wasip1 GOARCH=wasm GOTOOLCHAIN=$GO GOFLAGS=-mod=mod GO111MODULE=off go build -trimpath -ldflags='-s -w' -o "$work/$1.wasm" "$1.go"
}

build_riscv() {
    zig cc -target riscv32-freestanding -mcpu=generic_rv32+m-c-a-f-d -O2 -nostdlib -ffreestanding -fno-builtin -static -Wl,-T,guest.ld guest.c -o "$work/guest.elf"
    zig objcopy -O binary "$work/guest.elf" "$work/guest.bin"
    build_c riscv
}

build() { # name
    cd "$programs/$1"
    say "building $1"
    case $1 in
        riscv) build_riscv ;;
        minic) build_libc minic minic.c parse.c generate.c optimise.c machine.c ;;
        *)
            for language in c cpp zig wat ts rs go; do
                [ -e "$1.$language" ] && { "build_$language" "$1"; break; }
            done ;;
    esac
    node "$here/tools/strip.mjs" "$work/$1.wasm" "$1.wasm"
}

check() { # name
    pip_package wasmtime $WASMTIME
    need node "Node 20 or later"
    cd "$programs/$1"
    stdin=/dev/null
    [ -e "$1.stdin.input" ] && stdin=$1.stdin.input
    node --no-warnings "$here/tools/run-node.mjs" "$1.wasm" <$stdin >"$work/node.out" || { say "$1 fails under Node"; exit 1; }
    PYTHONPATH="$tools/wasmtime-$WASMTIME" python3 "$here/tools/run-wasmtime.py" "$1.wasm" <$stdin >"$work/wasmtime.out" || { say "$1 fails under Wasmtime"; exit 1; }
    cmp "$work/node.out" "$work/wasmtime.out" || { say "$1: the engines disagree"; exit 1; }
    if $accept; then
        cp "$work/node.out" "$1.stdout.expected"
    else
        cmp "$work/node.out" "$1.stdout.expected" || { say "$1: not the expected output; if the new one is right: build.sh --accept $1"; exit 1; }
    fi
}

accept=false
[ "${1:-}" = --accept ] && { accept=true; shift; }
[ $# -gt 0 ] || set -- $(cd "$programs" && ls -d */ | tr -d / | grep -v '^lib$')
for name; do
    [ -d "$programs/$name" ] || { say "build.sh: there is no programs/$name"; exit 2; }
    build "$name"
    check "$name"
done
node "$here/tools/describe.mjs" "$here"
