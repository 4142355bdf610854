package dev.backbench.asm;

import static dev.backbench.asm.X64Insn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.kit.CodeBuffer;
import dev.backbench.llvm.Disassembler;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Every form of every row of {@link X64Insn}'s table under random operands: libLLVM's disassembler reads each instruction's bytes, all of them, as what {@link X64Text} says it is. The forms
 * are found in the table, not listed here; each must have been compared, every row have one, every kind of address and immediate have been there.
 */
class EncoderDisassemblyTest {
    private static final int ROUNDS = 30;
    private static final Set<Integer> FIXED = Set.of(RET, LEAVE, CDQ, CQO, UD2, INT3, CWD), MEMORY_ONLY = Set.of(LEA, CMPXCHG, XADD, CMPXCHG16B);
    private static final Pattern HIGH = Pattern.compile("%(r|xmm)(8|9|1\\d)");
    private static final Pattern IMMEDIATE = Pattern.compile("\\$(-?\\d+)"), SYMBOL = Pattern.compile("sym\\d+(\\+\\d+|-\\d+)?\\(%rip\\)"), RIP = Pattern.compile("(-?\\d+)?\\(%rip\\)");

    private final SplittableRandom random = new SplittableRandom(1);
    private final X64Address address = new X64Address();
    private final Map<String, Integer> forms = new LinkedHashMap<>(), kinds = new TreeMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int compared;

    @Test
    void everyFormOfEveryRow() {
        assertTrue(X64Insn.complete());
        Set<Integer> rows = new TreeSet<>();
        try (Disassembler disassembler = new Disassembler()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int insn = 0; insn < COUNT; insn++) if (row(disassembler, insn)) rows.add(insn);
                others(disassembler);
            }
        }
        System.out.println("encoder: " + compared + " instructions of " + forms.size() + " forms and " + rows.size() + " rows; " + kinds);
        Map<String, String> byForm = new TreeMap<>();
        for (String each : wrong) byForm.putIfAbsent(each.substring(0, each.indexOf(':')), each);
        assertEquals("", String.join("\n", byForm.values()), wrong.size() + " instructions");
        assertEquals(COUNT, rows.size(), "rows of the table that have a form");
        forms.forEach((form, count) -> assertTrue(count >= ROUNDS / 2, form + ": " + count));
        for (String kind : new String[] {"base rsp", "base rbp", "base r12", "base r13", "no base", "no displacement", "displacement of 8 bits", "displacement of 32 bits", "index", "high index", "rip",
            "immediate of 8 bits", "immediate of 32 bits", "immediate of 64 bits", "high register"}) {
            assertTrue(kinds.getOrDefault(kind, 0) > ROUNDS / 2, kind + ": " + kinds.get(kind));
        }
    }

    @Test
    void aWrongBitIsSeen() {
        try (Disassembler d = new Disassembler()) {
            assertEquals("addq %rcx, %r8", d.instruction(new byte[] {0x49, 0x01, (byte) 0xC8}));
            for (byte[] wrong : new byte[][] {{0x48, 0x01, (byte) 0xC8}, {0x49, 0x03, (byte) 0xC8}, {0x49, 0x01, (byte) 0xC9}, {0x49, 0x01, 0x48}, {0x49, 0x01, (byte) 0xC8, (byte) 0x90}}) {
                assertTrue(!"addq %rcx, %r8".equals(d.instruction(wrong)), HexFormat.of().formatHex(wrong));
            }
        }
    }

    // ---- the table's forms ----

    private static boolean isVex(int insn) {
        return insn >= ANDN && insn <= VFMADD213SD || insn >= VADDSS && insn <= VXORPS;
    }

    private static boolean isShift(int insn) {
        return insn >= ROL && insn <= SAR;
    }

    /** @return whether it has any form */
    private boolean row(Disassembler d, int insn) {
        int before = compared;
        boolean vex = isVex(insn), fixed = FIXED.contains(insn), doubled = insn == SHLD || insn == SHRD;
        for (int size : sizes(insn)) {
            int reg = register(), rm = register();
            if (fixed) check(d, insn, size, "", s -> s.plain(insn));
            else if (insn == RORX) check(d, insn, size, "rotate", s -> s.rotate(size, reg, rm, random.nextInt(8 * size)));
            else if (vex) vex(d, insn, size, reg, rm);
            else if (doubled) check(d, insn, size, "rr", s -> s.shiftDouble(insn, size, reg, rm, random.nextBoolean() ? -1 : random.nextInt(8 * size)));
            else operands(d, insn, size, reg, rm);
        }
        return compared > before;
    }

    private void vex(Disassembler d, int insn, int size, int reg, int rm) {
        int second = random.nextInt(16);
        boolean lowest = insn >= BLSR && insn <= BLSI;
        check(d, insn, size, "rrr", s -> s.rrr(insn, size, lowest ? 0 : reg, second, rm));
        if (insn >= VADDSS) memory(d, insn, size, "rrm", s -> s.rrm(insn, size, reg, second, address));
    }

    private void operands(Disassembler d, int insn, int size, int reg, int rm) {
        boolean load = OPCODE[insn] != 0, store = STORE[insn] != 0, immediates = insn <= CMP || insn == MOV || insn == TEST || isShift(insn) || insn == BT;
        if ((load || store) && !MEMORY_ONLY.contains(insn) && !(insn == XCHG && reg == rm)) check(d, insn, size, "rr", s -> s.rr(insn, size, reg, rm));
        if (load && insn != XCHG && insn != TEST) memory(d, insn, size, "rm", s -> s.rm(insn, size, reg, address));
        if (store && insn != BT) memory(d, insn, size, "mr", s -> s.mr(insn, size, address, reg));
        if (immediates) immediates(d, insn, size, rm);
        if (insn == IMUL && size > 1) check(d, insn, size, "multiply", s -> s.multiply(size, reg, rm, (int) immediate(4)));
        if (insn == BSWAP || GROUP[insn] != 0 && !immediates && insn != CMPXCHG16B && insn != IMUL || isShift(insn)) {
            check(d, insn, size, "r", s -> s.r(insn, size, rm));
        }
        if (insn != BSWAP && GROUP[insn] != 0 && !immediates && insn != IMUL || isShift(insn)) memory(d, insn, size, "m", s -> s.m(insn, size, address));
    }

    private void immediates(Disassembler d, int insn, int size, int rm) {
        long small = isShift(insn) || insn == BT ? random.nextInt(1, 8 * size) : immediate(size);
        if (insn == MOV && size >= 4) check(d, insn, size, "ri", s -> s.ri(insn, size, rm, size == 8 && random.nextInt(4) > 0 ? kind("immediate of 64 bits", random.nextLong()) : small));
        else if (insn != MOV) check(d, insn, size, "ri", s -> s.ri(insn, size, rm, small));
        if (insn != BT && !isShift(insn)) memory(d, insn, size, "mi", s -> s.mi(insn, size, address, (int) small));
    }

    /** What has no row of its own. */
    private void others(Disassembler d) {
        int reg = register(), rm = register();
        for (int size : new int[] {4, 8}) check(d, -1, size, "round", s -> s.round(size, reg, rm, random.nextInt(4)));
        check(d, -1, 8, "ret N", s -> s.returnPopping(16 * random.nextInt(1, 100)));
    }

    private static int[] sizes(int insn) {
        if (FIXED.contains(insn)) return new int[] {8};
        if (insn >= PUSH && insn <= JMP || insn == MOVSX32 || insn == CMPXCHG16B) return new int[] {8};
        if (insn >= SET && insn < CMOV) return new int[] {1};
        if (isVex(insn)) return insn >= ANDN && insn <= BLSI ? new int[] {4, 8} : new int[] {insn >= VANDPS ? 16 : (insn == VFMADD213SS || insn != VFMADD213SD && (insn - VADDSS) % 2 == 0) ? 4 : 8};
        boolean mixed = insn >= CVTTSS2SI && insn <= CVTSI2SD || insn == MOV_TO_XMM || insn == MOV_FROM_XMM;
        if (!mixed && (regSize(insn, 4) == 16 || rmSize(insn, 4) == 16)) return new int[] {4};
        boolean arithmetic = insn <= XCHG || insn >= NOT && insn <= IDIV || isShift(insn) || insn == IMUL_WIDE || insn == CMPXCHG || insn == XADD;
        return arithmetic ? new int[] {1, 2, 4, 8} : new int[] {4, 8};
    }

    // ---- operands ----

    private int register() {
        return random.nextInt(16);
    }

    private long kind(String kind, long value) {
        kinds.merge(kind, 1, Integer::sum);
        return value;
    }

    private long immediate(int size) {
        if (size == 1 || random.nextBoolean()) return kind("immediate of 8 bits", random.nextInt(-128, 128));
        return kind("immediate of 32 bits", size == 2 ? random.nextInt(-32768, 32768) : random.nextInt());
    }

    private void memory(Disassembler d, int insn, int size, String form, Consumer<X64Sink> program) {
        int displacement = switch (random.nextInt(3)) {
            case 0 -> (int) kind("no displacement", 0);
            case 1 -> (int) kind("displacement of 8 bits", random.nextInt(-128, 128));
            default -> (int) kind("displacement of 32 bits", random.nextInt());
        };
        int base = new int[] {register(), X64.RSP, X64.RBP, X64.R12, X64.R13}[random.nextInt(5)], index = register();
        if (random.nextInt(6) == 0) {
            kind("rip", 0);
            address.symbol(X64Address.GLOBAL, 1, 0);
        } else {
            boolean none = random.nextInt(8) == 0;
            kind(none ? "no base" : "base " + (base < 8 ? List.of("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi").get(base) : "r" + base), 0);
            address.plain(none ? -1 : base, displacement);
            if (index != X64.RSP && random.nextBoolean()) {
                kind(index < 8 ? "index" : "high index", 0);
                address.indexed(none ? -1 : base, index, 1 << random.nextInt(4), displacement);
            }
        }
        check(d, insn, size, form, program);
    }

    // ---- comparison ----

    private void check(Disassembler d, int insn, int size, String form, Consumer<X64Sink> program) {
        StringBuilder text = new StringBuilder();
        X64Listing encoder = new X64Listing(new X64Text(text, symbol -> "sym" + symbol));
        program.accept(encoder);
        CodeBuffer code = new CodeBuffer(32);
        encoder.finish(code, (place, kind, addressKind, symbol, addend) -> {});
        String read = d.instruction(code.toArray()), expected = text.toString().strip();
        String name = form + " " + (insn < 0 ? expected.split(" ")[0] : X64Insn.name(insn, size));
        forms.merge(name, 1, Integer::sum);
        compared++;
        if (HIGH.matcher(expected).find()) kinds.merge("high register", 1, Integer::sum);
        if (read == null || !normal(read, size).equals(normal(expected, size)) && !normal(read, size).equals(normal(turned(expected), size))) {
            wrong.add(name + ": " + HexFormat.of().formatHex(code.toArray()) + " is read as '" + read + "', written as '" + expected + "'");
        }
    }

    /** An exchange of registers, which has no direction, the other way round. */
    private static String turned(String line) {
        return line.replaceFirst("^(xchg.) (%\\w+), (%\\w+)$", "$1 $3, $2");
    }

    /** Without what two writers of the same syntax may say differently. */
    private static String normal(String line, int size) {
        String text = line.replace('\t', ' ').replaceAll("\\s+", " ").replaceAll(",\\s*", ", ").replace(", 1)", ")").replace(" 0(, ", " (, ").replace("(, ", "(,")
            .replaceFirst("^(ret|leave)q\\b", "$1").replaceFirst("^(cvtts[sd]2si)[lq] ", "$1 ").replaceFirst("^(cvtsi2s[sd])[lq] %", "$1 %")
            .replaceFirst("^(ro[lr]|sh[lr]|sar)([bwlq]) \\$1, ", "$1$2 ");
        text = RIP.matcher(SYMBOL.matcher(text).replaceAll("(%rip)")).replaceAll("(%rip)");
        Matcher immediate = IMMEDIATE.matcher(text);
        long mask = size >= 8 ? -1 : (1L << 8 * size) - 1;
        return immediate.replaceAll(m -> Matcher.quoteReplacement("$" + (Long.parseLong(m.group(1)) & mask)));
    }
}
