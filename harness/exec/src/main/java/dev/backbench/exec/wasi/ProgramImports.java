package dev.backbench.exec.wasi;

import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FuncType;

/** What a program may import: WASI preview 1, and the marks around the region to measure. */
final class ProgramImports implements Store.Imports {
    private static final FuncType MARK = new FuncType(new int[0], new int[0]);

    private final Wasi wasi;
    private final Region region;

    ProgramImports(Wasi wasi, Region region) {
        this.wasi = wasi;
        this.region = region;
    }

    @Override
    public Extern find(String module, String name) {
        if (module.equals("bench")) {
            boolean start = name.equals("start");
            return start || name.equals("end") ? new HostFunction(MARK, (caller, arguments, results) -> region.mark(start)) : null;
        }
        if (!module.equals("wasi_snapshot_preview1")) return null;
        WasiFunction function = WasiFunction.named(name);
        if (function == null) return null;
        HostFunction.Code code = (caller, arguments, results) -> wasi.call(function, caller, arguments, results);
        return new HostFunction(function.type(), (caller, arguments, results) -> region.call(code, caller, arguments, results));
    }
}
