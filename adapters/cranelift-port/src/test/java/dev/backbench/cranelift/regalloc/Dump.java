package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;

/** {@link VCode} with its {@link Allocation} as text, for looking at a seed that fails. */
final class Dump {
    private Dump() {}

    static String text(VCode code, Allocation allocation) {
        StringBuilder text = new StringBuilder();
        int move = 0;
        for (int block = 0; block < code.blocks(); block++) {
            text.append("block").append(block).append('(');
            for (int i = 0; i < code.parameterCount(block); i++) text.append(i == 0 ? "v" : ", v").append(code.parameter(block, i));
            text.append(") depth ").append(code.loopDepth(block)).append(" ->");
            for (int i = 0; i < code.successorCount(block); i++) text.append(" block").append(code.successor(block, i));
            for (int i = 0; i < code.argumentCount(block); i++) text.append(i == 0 ? " with v" : ", v").append(code.argument(block, i));
            text.append('\n');
            for (int inst = code.firstInst(block); inst < code.firstInst(block + 1); inst++) {
                move = moves(allocation, move, 2 * inst, text);
                text.append("  inst").append(inst).append(":");
                for (int operand = code.firstOperand(inst); operand < code.firstOperand(inst + 1); operand++) text.append(' ').append(operand(code, operand, allocation));
                if (code.clobbers(inst) != 0) text.append(" clobbers ").append(Integer.toHexString(code.clobbers(inst)));
                text.append('\n');
                move = moves(allocation, move, 2 * inst + 1, text);
            }
        }
        return text.toString();
    }

    private static int moves(Allocation allocation, int move, int point, StringBuilder text) {
        for (; move < allocation.moves() && allocation.movePoint(move) == point; move++) {
            text.append("          ").append(place(allocation.moveTo(move))).append(" = ").append(place(allocation.moveFrom(move))).append('\n');
        }
        return move;
    }

    private static String operand(VCode code, int operand, Allocation allocation) {
        String constraint = switch (code.constraint(operand)) {
            case VCode.FIXED -> "@" + place(code.operandRegister(operand));
            case VCode.REUSE -> "@" + code.operandRegister(operand);
            case VCode.ANY -> "?";
            default -> "";
        };
        boolean def = code.isDef(operand), late = code.isLate(operand);
        return (def ? late ? "def " : "temp " : late ? "late " : "") + "v" + code.vreg(operand) + constraint + "=" + place(allocation.place(operand));
    }

    private static String place(int place) {
        if (place < 0) return "inst" + ~place;
        return Allocation.isSlot(place) ? "s" + (place - VCode.REGISTERS) : (place < 16 ? "r" : "x") + (place & 15);
    }
}
