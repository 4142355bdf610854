package dev.backbench.cranelift.run;

import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.Libcall;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.CodeRegion;
import dev.backbench.exec.machine.Faults;
import dev.backbench.exec.machine.LibraryRoutines;
import dev.backbench.exec.machine.Posix;
import dev.backbench.exec.machine.Signature;
import dev.backbench.exec.machine.ThreadState;
import dev.backbench.kit.CodeBuffer;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The functions of one text as machine code in this process, each with a function before it that takes its arguments from slots of 16 bytes and puts its results there; that one is compiled
 * from CLIF too. What is not supported is not there, and calling it says why. Calls go to functions of the text by name. Close it once no code of it runs.
 */
public final class CompiledText implements AutoCloseable, Faults.Code {
    private static final int SLOT = 16;
    private static final TrapReason[] REASONS = TrapReason.values();

    /** @param caller the index of the function it is in */
    private record Field(int place, int kind, int addend, long library, String function, int caller) {}

    private final List<Function> functions;
    private final CodeBuffer code = new CodeBuffer(1 << 12);
    private final List<Field> fields = new ArrayList<>();
    /** Offsets by name, with the percent sign; of the entries by index, -1 where there is none. */
    private final Map<String, Integer> offsets = new HashMap<>();
    private final int[] entry;
    private final String[] unsupported;
    private final TreeMap<Integer, TrapReason> faults = new TreeMap<>();
    private long start, bytes;
    private long slots, slotBytes;

    /** @param functions verified */
    public CompiledText(List<Function> functions, Codegen codegen) {
        this.functions = functions;
        entry = new int[functions.size()];
        unsupported = new String[functions.size()];
        MachineCode machine = new MachineCode();
        for (int i = 0; i < entry.length; i++) compile(i, codegen, machine);
        spreadUnsupported();
        link();
        int most = 1;
        for (Function f : functions) most = Math.max(most, Math.max(count(f, f.params), count(f, f.returns)));
        slotBytes = Posix.roundUp((long) SLOT * most, Posix.PAGE);
        slots = Posix.allocate(slotBytes);
    }

    private static int count(Function f, int list) {
        return f.pool.length(list) / Entities.PARAM_INTS;
    }

    private void compile(int i, Codegen codegen, MachineCode machine) {
        Function f = functions.get(i);
        try {
            codegen.compile(f, machine, PhaseClock.OFF);
            offsets.put(name(f, f.name), append(machine, f, i));
            Function from = entryFunction(f);
            codegen.compile(from, machine, PhaseClock.OFF);
            entry[i] = append(machine, from, i);
        } catch (UnsupportedFeature e) {
            unsupported[i] = e.getMessage();
            entry[i] = -1;
        }
    }

    /** (instance, slots): loads arguments, calls, stores results. */
    private static Function entryFunction(Function f) {
        String signature = Printer.printSignature(f);
        StringBuilder text = new StringBuilder("function %entry(i64, i64) system_v {\n    sig0 = ").append(signature).append("\n    fn0 = colocated ").append(name(f, f.name))
            .append(" sig0\nblock0(v0: i64, v1: i64):\n");
        StringBuilder arguments = new StringBuilder();
        int parameters = count(f, f.params), results = count(f, f.returns);
        for (int i = 0; i < parameters; i++) {
            String type = Types.name(f.pool.get(f.params, i * Entities.PARAM_INTS));
            text.append("    v").append(2 + i).append(" = load.").append(type).append(" notrap v1+").append(i * SLOT).append('\n');
            arguments.append(i > 0 ? ", v" : "v").append(2 + i);
        }
        text.append("    ");
        for (int i = 0; i < results; i++) text.append(i > 0 ? ", v" : "v").append(2 + parameters + i);
        text.append(results > 0 ? " = " : "").append("call fn0(").append(arguments).append(")\n");
        for (int i = 0; i < results; i++) text.append("    store notrap v").append(2 + parameters + i).append(", v1+").append(i * SLOT).append('\n');
        Function entry = new Function();
        try {
            new Parser(text.append("    return\n}\n").toString().getBytes(StandardCharsets.UTF_8)).next(entry);
        } catch (ClifException e) {
            throw new AssertionError(text.toString(), e);
        }
        return entry;
    }

    private static String name(Function f, int name) {
        StringBuilder text = new StringBuilder();
        Printer.name(f, name, text, true);
        return text.toString();
    }

    private int append(MachineCode machine, Function f, int caller) {
        code.align(MachineCode.ALIGNMENT, 0xCC);
        int at = code.size();
        code.putRange(machine.code, 0, machine.code.size());
        for (int r = 0; r < machine.relocations(); r++) {
            int symbol = machine.relocationSymbol(r), target = machine.relocationTarget(r);
            if (target == MachineCode.GLOBAL) throw new UnsupportedFeature("symbols");
            boolean library = target == MachineCode.LIBCALL;
            String name = library ? null : name(f, f.entities.functions.get(symbol, Entities.FUNC_NAME));
            long address = library ? LibraryRoutines.address(Libcall.of(symbol).symbol) : 0;
            fields.add(new Field(at + machine.relocationOffset(r), machine.relocationKind(r), machine.relocationAddend(r), address, name, caller));
        }
        for (int t = 0; t < machine.traps(); t++) faults.put(at + machine.trapOffset(t), REASONS[TrapReasons.ordinal(machine.trapCode(t))]);
        return at;
    }

    /** What calls something that is not there is not there either. */
    private void spreadUnsupported() {
        Map<String, String> missing = new HashMap<>();
        for (int i = 0; i < entry.length; i++) if (unsupported[i] != null) missing.put(name(functions.get(i), functions.get(i).name), unsupported[i]);
        for (boolean changed = !missing.isEmpty(); changed;) {
            changed = false;
            for (Field field : fields) {
                String why = field.library != 0 || unsupported[field.caller] != null ? null : missing.get(field.function);
                if (why == null) continue;
                unsupported[field.caller] = why;
                missing.put(name(functions.get(field.caller), functions.get(field.caller).name), why);
                changed = true;
            }
        }
    }

    /** A call to a function that is not there goes to a trap. */
    private void link() {
        code.align(MachineCode.ALIGNMENT, 0xCC);
        int missing = code.size();
        code.reserve();
        code.put32(0x40B90F67);
        code.put8(TrapReason.UNKNOWN.ordinal());
        bytes = Posix.roundUp(code.size(), Posix.PAGE);
        start = CodeRegion.allocate(bytes);
        for (Field field : fields) {
            long target = field.library != 0 ? field.library : start + offsets.getOrDefault(field.function, missing);
            if (field.kind == MachineCode.ABS64) code.set64(field.place, target + field.addend);
            else code.set32(field.place, Math.toIntExact(target + field.addend - start - field.place));
        }
        Raw.copy(code.toArray(), 0, start, code.size());
        CodeRegion.seal(start, bytes, bytes);
        Faults.register(start, bytes, this);
    }

    /** @return why it cannot be called, null if it can */
    public String unsupported(int function) {
        return unsupported[function];
    }

    /**
     * @param arguments two longs each, the low one first
     * @return results, two longs each, without what lies above their types
     * @throws Trap it trapped
     */
    public long[] call(int function, long[] arguments) {
        for (int i = 0; i < arguments.length; i++) Raw.putLong(slots + 8L * i, arguments[i]);
        long reference = slots + slotBytes - InstanceLayout.FUNCREF_BYTES;
        Function f = functions.get(function);
        long[] results = new long[2 * count(f, f.returns)];
        if (SLOT * Math.max(arguments.length, results.length) / 2 > slotBytes - InstanceLayout.FUNCREF_BYTES) throw new UnsupportedFeature("that many arguments from here");
        Raw.putLong(reference + InstanceLayout.FUNCREF_CODE, start + entry[function]);
        Raw.putLong(reference + InstanceLayout.FUNCREF_INSTANCE, 0);
        Signature signature = Signature.of(new FuncType(new int[] {ValType.I64}, new int[0]));
        ThreadState.current().enter(signature, reference, new long[] {slots}, new long[0]);
        for (int i = 0; i < results.length / 2; i++) {
            int bits = Types.bits(f.pool.get(f.returns, i * Entities.PARAM_INTS));
            results[2 * i] = Raw.getLong(slots + SLOT * i) & (bits < 64 ? (1L << bits) - 1 : -1);
            results[2 * i + 1] = bits < 128 ? 0 : Raw.getLong(slots + SLOT * i + 8);
        }
        return results;
    }

    @Override
    public TrapReason reasonAt(long pc) {
        return faults.get((int) (pc - start));
    }

    @Override
    public Trap trapAt(long pc, TrapReason reason) {
        return new Trap(reason, null, -1);
    }

    @Override
    public void close() {
        Faults.unregister(start);
        CodeRegion.free(start, bytes);
        Posix.unmap(slots, slotBytes);
    }
}
