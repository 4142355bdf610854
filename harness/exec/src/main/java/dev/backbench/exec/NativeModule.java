package dev.backbench.exec;

import dev.backbench.exec.machine.CodeRegion;
import dev.backbench.exec.machine.Faults;
import dev.backbench.exec.wasi.Program;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmModule;
import java.util.Arrays;

/** Machine code of one module in executable memory; instances of any stores and threads share it. Unmapped when it and the last of them are closed. */
public final class NativeModule implements CompiledModule, Faults.Code {
    private static final TrapReason[] REASONS = TrapReason.values();

    private final WasmModule module;
    private final CodeImage image;
    private final InstanceLayout layout;
    private final long mapping;
    private final long mappingBytes;
    private final long code;
    private int users = 1;
    private boolean closed;

    NativeModule(WasmModule module, CodeImage image, long mapping, long mappingBytes, long code) {
        this.module = module;
        this.image = image;
        this.mapping = mapping;
        this.mappingBytes = mappingBytes;
        this.code = code;
        layout = new InstanceLayout(module);
        Faults.register(code, image.code.length, this);
    }

    public WasmModule module() {
        return module;
    }

    InstanceLayout layout() {
        return layout;
    }

    /** Address of a defined function's code, by index in the function index space. */
    public long address(int function) {
        return code + image.functionStart[function - module.importedFunctionCount()];
    }

    @Override
    public ProgramResult run(ProgramConfig config) {
        return Program.run(this, NativeStore::new, config);
    }

    /** One more instance executes this code. */
    synchronized void retain() {
        if (closed) throw new IllegalStateException("the module is closed");
        users++;
    }

    synchronized void release() {
        if (--users > 0) return;
        Faults.unregister(code);
        CodeRegion.free(mapping, mappingBytes);
    }

    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        release();
    }

    @Override
    public TrapReason reasonAt(long pc) {
        int at = Arrays.binarySearch(image.trapOffset, (int) (pc - code));
        return at < 0 ? null : REASONS[image.trapReason[at]];
    }

    @Override
    public Trap trapAt(long pc, TrapReason reason) {
        int offset = (int) (pc - code);
        int function = image.functionAt(offset);
        return new Trap(reason, function < 0 ? null : module.functionName(module.importedFunctionCount() + function), image.wasmOffsetAt(offset));
    }
}
