package dev.backbench.cranelift.x64;

import dev.backbench.asm.X64Insn;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.mach.Libcall;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.regalloc.Allocation;

/**
 * {@link VCode} as text, {@code v5 = addq v3, v4} with the target first. Before allocation {@code v3:rcx} is bound to a register, {@code v3?} may also be on the stack, {@code v3!} shares no
 * register with what it could share one with otherwise. With an allocation every operand has its place, {@code v3@rcx}, and inserted moves stand between: {@code rcx <- slot0}.
 */
public final class VCodePrinter {
    private static final String INDENT = "    ";

    private final StringBuilder out = new StringBuilder();
    private final VCode code;
    private final Allocation places;
    private final int[] locations;
    private String indent = INDENT;
    private int move;

    private VCodePrinter(VCode code, Allocation places, int[] locations) {
        this.code = code;
        this.places = places;
        this.locations = locations;
    }

    /** @param places null before allocation @param locations by instruction, shown in front; null for none */
    public static String print(VCode code, Allocation places, int[] locations) {
        VCodePrinter printer = new VCodePrinter(code, places, locations);
        for (int b = 0; b < code.blocks(); b++) printer.block(b);
        return printer.out.toString();
    }

    private void block(int b) {
        out.append("block").append(b);
        list(code.parameterCount(b), i -> "v" + code.parameter(b, i));
        out.append(':').append(code.loopDepth(b) > 0 ? "  ; in loops: " + code.loopDepth(b) : "").append('\n');
        for (int i = code.firstInst(b), end = code.firstInst(b + 1); i < end; i++) {
            indent = locations == null || locations[i] < 0 ? INDENT : "@%04x ".formatted(locations[i]);
            moves(2 * i);
            inst(b, i, i == end - 1);
            moves(2 * i + 1);
        }
    }

    private interface Item {
        String at(int i);
    }

    private void list(int count, Item item) {
        if (count == 0) return;
        for (int i = 0; i < count; i++) out.append(i == 0 ? "(" : ", ").append(item.at(i));
        out.append(')');
    }

    private void moves(int point) {
        for (; places != null && move < places.moves() && places.movePoint(move) <= point; move++) {
            int from = places.moveFrom(move);
            out.append(indent).append(place(places.moveTo(move))).append(" <- ");
            if (from >= 0) out.append(place(from));
            else out.append("again ").append(mnemonic(~from)).append(immediate(~from));
            out.append('\n');
        }
    }

    private void inst(int block, int inst, boolean last) {
        int first = code.firstOperand(inst), end = code.firstOperand(inst + 1), uses = 0, defs = 0;
        out.append(indent);
        for (int o = first; o < end; o++) if (code.isDef(o)) out.append(defs++ > 0 ? ", " : "").append(operand(o));
        out.append(defs > 0 ? " = " : "").append(mnemonic(inst));
        int registers = Form.addressOperands(addressKind(inst)), all = end - first - defs;
        int address = code.op(inst) == Form.MEMORY ? 0 : all - registers;
        String separator = " ";
        for (int o = first; o < end; o++) {
            if (code.isDef(o)) continue;
            if (uses < address || uses >= address + registers) {
                out.append(separator).append(operand(o));
                separator = ", ";
            }
            uses++;
        }
        if (addressKind(inst) != Form.NONE) {
            out.append(separator).append(address(inst, address));
            separator = ",";
        }
        String immediate = immediate(inst);
        if (!immediate.isEmpty()) out.append(separator.equals(" ") ? "" : ",").append(immediate);
        if (code.clobbers(inst) != 0) clobbers(code.clobbers(inst));
        if (Form.trapCode(code.info(inst)) != 0 && (code.op(inst) < Form.CALL || code.op(inst) >= Form.REMAINDER)) out.append("  ; may trap: ").append(TrapCode.name(Form.trapCode(code.info(inst))));
        if (last) successors(block);
        out.append('\n');
    }

    private void successors(int block) {
        for (int s = 0; s < code.successorCount(block); s++) out.append(s == 0 ? " -> block" : ", block").append(code.successor(block, s));
        list(code.argumentCount(block), i -> "v" + code.argument(block, i));
    }

    private void clobbers(int registers) {
        out.append("  ; writes over");
        for (int left = registers; left != 0; left &= left - 1) out.append(' ').append(Regs.name(Integer.numberOfTrailingZeros(left)));
    }

    // ---- operands ----

    private String operand(int o) {
        String name = "v" + code.vreg(o);
        if (places != null) return name + "@" + place(places.place(o));
        boolean apart = code.isDef(o) != code.isLate(o);
        return name + (apart ? "!" : "") + (code.constraint(o) == VCode.FIXED ? ":" + Regs.name(code.operandRegister(o)) : code.constraint(o) == VCode.ANY ? "?" : "");
    }

    private static String place(int place) {
        return Allocation.isSlot(place) ? "slot" + (place - VCode.REGISTERS) : Regs.name(place);
    }

    private int addressKind(int inst) {
        int op = code.op(inst);
        return op >= Form.CALL && op < Form.CMPXCHG || op >= Form.BREAK ? Form.NONE : Form.kind(code.info(inst));
    }

    /** @param use the first of its registers among the instruction's uses */
    private String address(int inst, int use) {
        int o = code.firstOperand(inst), skipped = 0, displacement = code.extra(inst), kind = addressKind(inst), scale = 1 << Form.logScale(code.info(inst));
        while (o < code.firstOperand(inst + 1) && (code.isDef(o) || skipped++ < use)) o++;
        String text = switch (kind) {
            case Form.BASE -> operand(o);
            case Form.BASE_INDEX -> operand(o) + " + " + scale + "*" + operand(o + 1);
            case Form.INDEX -> scale + "*" + operand(o);
            case Form.SLOT -> "slots";
            case Form.SLOT_INDEX -> "slots + " + scale + "*" + operand(o);
            case Form.INCOMING -> "incoming";
            case Form.OUTGOING -> "outgoing";
            default -> "constants";
        };
        return "[" + text + (displacement == 0 ? "" : displacement > 0 ? " + " + displacement : " - " + -(long) displacement) + "]";
    }

    private String immediate(int inst) {
        boolean shown = switch (code.op(inst)) {
            case Form.CONST, Form.RI, Form.COMPARE_I, Form.STORE_I, Form.IMUL_I, Form.ROTATE, Form.ROUND -> true;
            case Form.SHIFT_DOUBLE -> code.immediate(inst) >= 0;
            default -> false;
        };
        return shown ? " $" + code.immediate(inst) : "";
    }

    // ---- names ----

    private String mnemonic(int inst) {
        int info = code.info(inst), extra = code.extra(inst);
        return switch (code.op(inst)) {
            case Form.MOVE -> "move";
            case Form.CONST -> "const";
            case Form.SET -> "set" + condition(info);
            case Form.SELECT -> "select" + condition(info);
            case Form.ROUND -> "round";
            case Form.FUNCTION_ADDRESS -> "address " + (code.immediate(inst) == MachineCode.GLOBAL ? "gv" : "fn") + extra;
            case Form.CALL -> "call fn" + extra;
            case Form.CALL_LIB -> "call " + Libcall.of(extra).symbol;
            case Form.CALL_R -> "call";
            case Form.TAIL -> "return_call fn" + extra;
            case Form.TAIL_R -> "return_call";
            case Form.ARGS -> "args";
            case Form.RETURN -> "return";
            case Form.JUMP -> "jump";
            case Form.BRANCH -> "branch " + condition(info);
            case Form.TABLE -> "branch_table";
            case Form.TRAP -> "trap " + TrapCode.name(extra);
            case Form.TRAP_IF -> "trap " + condition(info) + " " + TrapCode.name(extra);
            default -> code.op(inst) < Form.CALL ? X64Insn.name(Form.insn(info), Form.size(info)) : sequence(code.op(inst)) + 8 * Form.size(info);
        };
    }

    private static String sequence(int op) {
        return switch (op) {
            case Form.DIVIDE -> "divide";
            case Form.REMAINDER -> "remainder";
            case Form.FLOAT_MIN_MAX -> "min_max";
            case Form.TO_SIGNED -> "to_signed";
            case Form.TO_SIGNED_SAT -> "to_signed_saturating";
            case Form.TO_UNSIGNED -> "to_unsigned";
            case Form.TO_UNSIGNED_SAT -> "to_unsigned_saturating";
            case Form.FROM_UNSIGNED -> "from_unsigned";
            case Form.COPY -> "copy";
            case Form.DIVIDE_WIDE -> "divide_wide";
            case Form.REMAINDER_WIDE -> "remainder_wide";
            case Form.CMPXCHG, Form.CMPXCHG16 -> "compare_exchange";
            case Form.RMW_LOOP, Form.RMW_WIDE -> "modify_loop";
            case Form.XADD -> "fetch_add";
            case Form.XCHG -> "exchange";
            case Form.LOCKED -> "locked";
            case Form.FENCE -> "fence";
            case Form.BREAK -> "break";
            case Form.FRAME_POINTER -> "frame_pointer";
            case Form.STACK_POINTER -> "stack_pointer";
            case Form.RETURN_ADDRESS -> "return_address";
            case Form.PINNED_GET, Form.PINNED_SET -> "pinned";
            default -> "form" + op + "_";
        };
    }

    private static String condition(int info) {
        int condition = Form.insn(info);
        return condition == Conditions.EQUAL_ORDERED ? "e_np" : condition == Conditions.UNEQUAL_OR_UNORDERED ? "ne_p" : X64Insn.condition(condition);
    }
}
