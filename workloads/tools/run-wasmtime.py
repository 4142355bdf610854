"""Runs a WASI program under Wasmtime's PyPI wheel, its folder preopened; the time between its marks goes to standard error."""
import os
import sys
import time

import wasmtime

path = os.path.abspath(sys.argv[1])
engine = wasmtime.Engine()
store = wasmtime.Store(engine)
wasi = wasmtime.WasiConfig()
wasi.argv = ["program"] + sys.argv[2:]
wasi.inherit_stdout()
wasi.inherit_stdin()
wasi.inherit_stderr()
wasi.preopen_dir(os.path.dirname(path), ".")
store.set_wasi(wasi)
linker = wasmtime.Linker(engine)
linker.define_wasi()
times = [0, 0]


def start():
    times[0] = time.perf_counter_ns()


def end():
    times[1] += time.perf_counter_ns() - times[0]


mark = wasmtime.FuncType([], [])
linker.define(store, "bench", "start", wasmtime.Func(store, mark, start))
linker.define(store, "bench", "end", wasmtime.Func(store, mark, end))
instance = linker.instantiate(store, wasmtime.Module.from_file(engine, path))
code = 0
try:
    instance.exports(store)["_start"](store)
except wasmtime.ExitTrap as e:
    code = e.code
sys.stderr.write(f"wasmtime: {times[1] / 1e6:.1f} ms\n")
sys.exit(code)
