package dev.backbench.cranelift.wasm;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.WasmModule;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/** Wasm to CLIF in memory to machine code in memory, a function at a time; with several threads, each takes the next piece of the module. The code is the same for any number. */
final class CraneliftCompiler extends NativeCompiler {
    /** Bytes of bodies in a piece of the module. */
    private static final int PIECE = 16 << 10;
    private static final String AT_ONCE = String.join("+", FunctionCompiler.TRANSLATE, PhaseClock.OPTIMISE, PhaseClock.SELECT, PhaseClock.ALLOCATE, PhaseClock.EMIT);

    private final boolean guard;
    private final Function<String, MachineStages> stages;
    private final FunctionCompiler[] compilers;
    private Segment[] segments = {new Segment()};

    CraneliftCompiler(CompileOptions options, Supplier<FunctionCompiler> thread, Function<String, MachineStages> stages) {
        this.stages = stages;
        guard = options.bounds() == CompileOptions.Bounds.GUARD;
        compilers = new FunctionCompiler[options.threads()];
        for (int i = 0; i < compilers.length; i++) compilers[i] = thread.get();
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        for (FunctionCompiler compiler : compilers) compiler.begin(module, guard);
        try {
            int count = 1;
            if (compilers.length == 1) compilers[0].compile(module.importedFunctionCount(), module.functionCount(), segments[0], clock);
            else count = together(module, clock);
            clock.enter(PhaseClock.LINK);
            return Segment.image(module, segments, count);
        } finally {
            for (FunctionCompiler compiler : compilers) compiler.end();
        }
    }

    /** @return how many segments there are */
    private int together(WasmModule module, PhaseClock clock) {
        int[] bounds = pieces(module);
        int count = bounds.length - 1;
        if (segments.length < count) {
            Segment[] more = new Segment[count];
            for (int s = 0; s < count; s++) more[s] = s < segments.length ? segments[s] : new Segment();
            segments = more;
        }
        clock.enter(AT_ONCE);
        AtomicInteger next = new AtomicInteger();
        Throwable[] failures = new Throwable[count];
        Thread[] threads = new Thread[compilers.length];
        for (int t = 0; t < threads.length; t++) {
            FunctionCompiler compiler = compilers[t];
            threads[t] = Thread.ofPlatform().name("compiler " + t).start(() -> {
                for (int s; (s = next.getAndIncrement()) < count; ) {
                    try {
                        compiler.compile(bounds[s], bounds[s + 1], segments[s], PhaseClock.OFF);
                    } catch (Throwable e) {
                        failures[s] = e;
                        next.set(count);
                    }
                }
            });
        }
        join(threads, next, count);
        // pieces are taken in order and what was begun is finished, so that the first failure is the one that a single thread meets
        for (Throwable failure : failures) {
            if (failure instanceof RuntimeException e) throw e;
            if (failure instanceof Error e) throw e;
        }
        return count;
    }

    /** Waits for all, since they use what the next module is compiled with. */
    private static void join(Thread[] threads, AtomicInteger next, int count) {
        boolean interrupted = false;
        for (int t = 0; t < threads.length; ) {
            try {
                threads[t].join();
                t++;
            } catch (InterruptedException e) {
                interrupted = true;
                next.set(count);
            }
        }
        if (!interrupted) return;
        Thread.currentThread().interrupt();
        throw new BackendException("interrupted while compiling");
    }

    /** Where pieces begin, and the end. */
    private static int[] pieces(WasmModule module) {
        int from = module.importedFunctionCount(), to = module.functionCount(), count = 0;
        int[] bounds = new int[to - from + 2];
        bounds[0] = from;
        for (int f = from; f < to; f++) if (module.bodyEnd(f) - module.bodyStart(bounds[count]) > PIECE && f > bounds[count]) bounds[++count] = f;
        bounds[++count] = to;
        return Arrays.copyOf(bounds, count + 1);
    }

    @Override
    public void compileFunction(byte[] input, int function, PhaseClock clock) {
        WasmModule module = WasmModule.parse(input);
        ClifText.checkIndex(module, function);
        compilers[0].begin(module, guard);
        try {
            compilers[0].compile(function, function + 1, segments[0], clock);
            clock.leave();
        } finally {
            compilers[0].end();
        }
    }

    @Override
    public long instructions(byte[] input, int function) {
        return ClifText.instructions(input, function, guard);
    }

    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        return ClifText.emit(input, stage, function, guard, false, stages);
    }

    @Override
    public byte[] emitLocated(byte[] input, String stage, int function) {
        return ClifText.emit(input, stage, function, guard, true, stages);
    }
}
