package dev.backbench.cranelift.wasm;

import dev.backbench.asm.ElfObject;
import dev.backbench.asm.X64Listing;
import dev.backbench.asm.X64Text;
import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.Libcall;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.x64.Cpu;
import dev.backbench.cranelift.x64.VCodePrinter;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.PhaseClock;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one level makes of functions, one after another, at one stage below CLIF: text, or an object for a linker. */
final class MachineStages {
    static final String VCODE = "vcode", ALLOCATED = "allocated", ASM = "asm", OBJ = "obj";
    static final List<String> STAGES = List.of(VCODE, ALLOCATED, ASM, OBJ);
    private static final int PLT32 = 4;

    private final String stage;
    private final Optimizer optimizer;
    private final Codegen codegen;
    private final MachineCode made = new MachineCode();
    private final StringBuilder text = new StringBuilder();
    private final X64Listing listing = new X64Listing(new X64Text(text, this::global));
    private final ElfObject object = new ElfObject();
    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private Function fn;
    private int constantBytes;

    /** @param optimizer null for none */
    MachineStages(String stage, Optimizer optimizer, Allocator allocator) {
        this.stage = stage;
        this.optimizer = optimizer;
        this.codegen = new Codegen(allocator, Cpu.HOST, listing);
    }

    /** @param function verified; the mid-end rewrites it */
    void add(Function function) {
        fn = function;
        String name = symbol(fn, fn.name);
        if (optimizer != null) optimizer.run(fn);
        int start = text.length();
        if (stage.equals(ASM)) text.append(start > 0 ? "\n" : "").append("\t.text\n\t.p2align 4, 0xcc\n\t.globl ").append(quoted(name)).append('\n').append(quoted(name)).append(":\n");
        listing.newFunction(constantBytes);
        try {
            codegen.compile(fn, made, PhaseClock.OFF);
        } catch (UnsupportedFeature e) {
            throw new BackendException(name + ": " + e.getMessage(), e);
        }
        switch (stage) {
            case ASM -> constants(name);
            case OBJ -> toObject(name);
            default -> {
                text.setLength(start);
                text.append(start > 0 ? "\n" : "").append("function ").append(name).append('\n').append(VCodePrinter.print(codegen.vcode(), stage.equals(VCODE) ? null : codegen.allocation(), codegen.locations()));
            }
        }
        constantBytes += made.code.size() - made.instructionBytes();
    }

    byte[] finish() {
        if (stage.equals(OBJ)) {
            object.section(".note.GNU-stack", 0, false);
            return object.toBytes(symbols::get);
        }
        if (stage.equals(ASM)) text.append("\t.section .note.GNU-stack,\"\",@progbits\n");
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Behind the code, as in memory. */
    private void constants(String name) {
        BitSet used = listing.constants();
        int size = made.code.size(), first = made.instructionBytes() + MachineCode.ALIGNMENT - 1 & -MachineCode.ALIGNMENT;
        byte[] bytes = made.code.toArray();
        if (size > first) text.append("\t.p2align 4, 0xcc\n");
        for (int i = first; i < size; i += 4) {
            if (used.get(i - first)) text.append(".Lfp").append(constantBytes + i - first).append(":\n");
            int word = bytes[i] & 0xFF | (bytes[i + 1] & 0xFF) << 8 | (bytes[i + 2] & 0xFF) << 16 | bytes[i + 3] << 24;
            text.append("\t.long 0x").append(Integer.toHexString(word)).append('\n');
        }
        text.append("\t.type ").append(quoted(name)).append(", @function\n\t.size ").append(quoted(name)).append(", .-").append(quoted(name)).append('\n');
    }

    private void toObject(String name) {
        ElfObject.Section code = object.section(".text", ElfObject.ALLOC | ElfObject.EXECUTE, false);
        int start = (int) code.begin(MachineCode.ALIGNMENT);
        code.bytes.putRange(made.code, 0, made.code.size());
        object.define(number(name), code, start, made.code.size(), ElfObject.FUNCTION, true);
        for (int r = 0; r < made.relocations(); r++) {
            int kind = made.relocationKind(r) == MachineCode.ABS64 ? ElfObject.ABS64 : PLT32;
            String to = target(made.relocationTarget(r), made.relocationSymbol(r));
            code.relocate(start + made.relocationOffset(r), kind, number(to), made.relocationAddend(r));
        }
    }

    private int number(String symbol) {
        return numbers.computeIfAbsent(symbol, name -> {
            symbols.add(name);
            return symbols.size() - 1;
        });
    }

    // ---- names: of a test case its own, u0_5 of u0:5 ----

    private String global(int packed) {
        return quoted(target(packed & 3, packed >> 2));
    }

    private String target(int kind, int number) {
        if (kind == MachineCode.LIBCALL) return Libcall.of(number).symbol;
        return symbol(fn, kind == MachineCode.FUNCTION ? fn.entities.functions.get(number, Entities.FUNC_NAME) : fn.entities.globals.get(number, Entities.GV_BASE));
    }

    private static String symbol(Function fn, int name) {
        StringBuilder spelled = new StringBuilder();
        Printer.name(fn, name, spelled, true);
        return spelled.charAt(0) == '%' ? spelled.substring(1) : spelled.toString().replace(':', '_');
    }

    /** As the assembler wants names that are not plain. */
    private static String quoted(String name) {
        boolean plain = !name.isEmpty() && !Character.isDigit(name.charAt(0)) && name.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '.'));
        return plain ? name : '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
