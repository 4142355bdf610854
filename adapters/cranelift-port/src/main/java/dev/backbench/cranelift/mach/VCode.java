package dev.backbench.cranelift.mach;

import java.util.Arrays;

/**
 * Machine instructions over virtual registers, as arrays of ints that {@link #reset} keeps: what lowering makes, register allocation places and emission prints as bytes.
 * Blocks, instructions and virtual registers are numbers from 0; blocks in the order of emission, the first the entry; instructions of a block are consecutive.
 *
 * <p>Each instruction names its registers as <em>operands</em>, consecutive in one array, so that an allocator needs to know nothing else about it:
 * <ul>
 * <li>a {@linkplain #USE use} {@linkplain #EARLY early} is read before anything is written; a use {@linkplain #LATE late} shares no register with a definition;
 * <li>a {@linkplain #DEF definition} late is written after all early uses were read; a definition early (a temporary too, which nobody uses) shares no register with any operand;
 * <li>{@link #clobbers} are written late and hold nothing useful afterwards.
 * </ul>
 *
 * <p>Invariants: every virtual register is defined once, by one operand or as a parameter of one block; definitions dominate uses. A block with several successors passes no arguments,
 * and its successors each have one predecessor (critical edges are split before). An instruction's fixed operands of one position and kind name different registers. The entry has no
 * parameters and no predecessors: arguments arrive in an instruction with fixed definitions. Every block can be reached. An instruction that
 * leaves its block defines nothing but temporaries, and if it has only one successor it has no operands. A rematerializable instruction has one operand, a late definition in any register,
 * changes no flags and depends on nothing; it may be executed anywhere again.
 */
public final class VCode {
    /** Register classes; a physical register is {@code 0..15} by its number in the instruction set, of class FLOAT {@code 16..31}. */
    public static final int INT = 0, FLOAT = 1;
    public static final int REGISTERS = 32;

    /** Bits of an operand. */
    public static final int USE = 0, DEF = 1, EARLY = 0, LATE = 2;
    /** ANY: a register or a stack slot. REG: a register. FIXED: that of {@link #operandRegister}. REUSE: the same register as the use at {@link #operandRegister} of the instruction. */
    public static final int ANY = 0, REG = 4, FIXED = 8, REUSE = 12;
    private static final int CONSTRAINT = 12, REGISTER_SHIFT = 8;

    /** What an instruction is to an allocator beside its operands: bits of {@link #traits}. */
    public static final int MOVE = 1, BRANCH = 2, REMATERIALIZABLE = 4, CALL = 8;

    // Virtual registers.

    private int vregs;
    private byte[] vregClass = new byte[256];
    private int[] uses = new int[256];

    // Instructions.

    private int insts;
    private int[] op = new int[256], info = new int[256], extra = new int[256], operandStart = new int[257], clobbers = new int[256], traits = new int[256];
    private long[] immediate = new long[256];
    private int operands;
    private int[] operandVreg = new int[512], operandBits = new int[512];
    private final int[] fixed = new int[REGISTERS];

    // Blocks.

    private int blocks;
    private int[] firstInst = new int[33], depth = new int[32];
    private int[] successorStart = new int[33], parameterStart = new int[33], argumentStart = new int[33], predecessorStart = new int[33];
    private int successors, parameters, arguments;
    private int[] successor = new int[64], parameter = new int[64], argument = new int[64], predecessor = new int[64];

    public void reset() {
        vregs = insts = operands = blocks = successors = parameters = arguments = 0;
        Arrays.fill(fixed, 0);
    }

    // ---- virtual registers ----

    public int vregs() {
        return vregs;
    }

    public int newVreg(int registerClass) {
        if (vregs == vregClass.length) {
            vregClass = Arrays.copyOf(vregClass, 2 * vregs);
            uses = Arrays.copyOf(uses, 2 * vregs);
        }
        uses[vregs] = 0;
        vregClass[vregs] = (byte) registerClass;
        return vregs++;
    }

    public int registerClass(int vreg) {
        return vregClass[vreg];
    }

    /** How many operands and arguments use it. */
    public int uses(int vreg) {
        return uses[vreg];
    }

    // ---- building: blocks in order, in each block its instructions in order ----

    /** Begins the next block; the one before is ended. @param loopDepth how many loops it lies in */
    public int beginBlock(int loopDepth) {
        if (blocks + 1 >= firstInst.length) growBlocks();
        depth[blocks] = loopDepth;
        firstInst[blocks] = insts;
        successorStart[blocks] = successors;
        parameterStart[blocks] = parameters;
        argumentStart[blocks] = arguments;
        return blocks++;
    }

    /** A parameter of the block begun last. */
    public void addParameter(int vreg) {
        if (parameters == parameter.length) parameter = Arrays.copyOf(parameter, 2 * parameters);
        parameter[parameters++] = vreg;
    }

    public void addSuccessor(int block) {
        if (successors == successor.length) successor = Arrays.copyOf(successor, 2 * successors);
        successor[successors++] = block;
    }

    /** For the parameters of the only successor of the block begun last, in order. */
    public void addArgument(int vreg) {
        if (arguments == argument.length) argument = Arrays.copyOf(argument, 2 * arguments);
        argument[arguments++] = vreg;
        uses[vreg]++;
    }

    /** Begins the next instruction; its operands follow. {@code info}, {@code extra}, {@code immediate} mean what {@code op} says they do. */
    public int beginInst(int op, int info, int extra, long immediate) {
        if (insts + 1 >= operandStart.length) growInsts();
        int inst = insts++;
        this.op[inst] = op;
        this.info[inst] = info;
        this.extra[inst] = extra;
        this.immediate[inst] = immediate;
        operandStart[inst] = operands;
        clobbers[inst] = traits[inst] = 0;
        return inst;
    }

    /** Of the instruction begun last. @param bits USE or DEF, EARLY or LATE, a constraint @param register of FIXED the physical register, of REUSE the index of the operand */
    public void addOperand(int vreg, int bits, int register) {
        if (operands == operandVreg.length) {
            operandVreg = Arrays.copyOf(operandVreg, 2 * operands);
            operandBits = Arrays.copyOf(operandBits, 2 * operands);
        }
        uses[vreg] += ~bits & DEF;
        if ((bits & CONSTRAINT) == FIXED) fixed[register]++;
        operandVreg[operands] = vreg;
        operandBits[operands++] = bits | register << REGISTER_SHIFT;
    }

    /** Of the instruction begun last. @param registers a bit for each physical register */
    public void setClobbers(int registers) {
        clobbers[insts - 1] = registers;
    }

    public void setTraits(int bits) {
        traits[insts - 1] = bits;
    }

    /** Ends the last block and finds the predecessors. */
    public void finish() {
        firstInst[blocks] = insts;
        operandStart[insts] = operands;
        successorStart[blocks] = successors;
        parameterStart[blocks] = parameters;
        argumentStart[blocks] = arguments;
        if (predecessor.length < successors) predecessor = new int[successor.length];
        Arrays.fill(predecessorStart, 0, blocks + 1, 0);
        for (int i = 0; i < successors; i++) predecessorStart[successor[i]]++;
        for (int b = 1; b <= blocks; b++) predecessorStart[b] += predecessorStart[b - 1];
        for (int b = blocks - 1; b >= 0; b--) {
            for (int i = successorStart[b + 1] - 1; i >= successorStart[b]; i--) predecessor[--predecessorStart[successor[i]]] = b;
        }
    }

    private void growInsts() {
        int size = 2 * op.length;
        op = Arrays.copyOf(op, size);
        info = Arrays.copyOf(info, size);
        extra = Arrays.copyOf(extra, size);
        clobbers = Arrays.copyOf(clobbers, size);
        traits = Arrays.copyOf(traits, size);
        immediate = Arrays.copyOf(immediate, size);
        operandStart = Arrays.copyOf(operandStart, size + 1);
    }

    private void growBlocks() {
        int size = 2 * depth.length;
        depth = Arrays.copyOf(depth, size);
        firstInst = Arrays.copyOf(firstInst, size + 1);
        successorStart = Arrays.copyOf(successorStart, size + 1);
        parameterStart = Arrays.copyOf(parameterStart, size + 1);
        argumentStart = Arrays.copyOf(argumentStart, size + 1);
        predecessorStart = Arrays.copyOf(predecessorStart, size + 1);
    }

    // ---- instructions ----

    public int insts() {
        return insts;
    }

    public int op(int inst) {
        return op[inst];
    }

    public int info(int inst) {
        return info[inst];
    }

    public int extra(int inst) {
        return extra[inst];
    }

    public long immediate(int inst) {
        return immediate[inst];
    }

    public int clobbers(int inst) {
        return clobbers[inst];
    }

    public int traits(int inst) {
        return traits[inst];
    }

    /** Operands of {@code inst} are {@code [firstOperand(inst), firstOperand(inst + 1))}. */
    public int firstOperand(int inst) {
        return operandStart[inst];
    }

    public int operands() {
        return operands;
    }

    public int vreg(int operand) {
        return operandVreg[operand];
    }

    /** What {@link #addOperand} was given as {@code bits}. */
    public int operandBits(int operand) {
        return operandBits[operand] & (1 << REGISTER_SHIFT) - 1;
    }

    public boolean isDef(int operand) {
        return (operandBits[operand] & DEF) != 0;
    }

    public boolean isLate(int operand) {
        return (operandBits[operand] & LATE) != 0;
    }

    /** ANY, REG, FIXED or REUSE. */
    public int constraint(int operand) {
        return operandBits[operand] & CONSTRAINT;
    }

    /** How many operands name that physical register. */
    public int fixedOperands(int register) {
        return fixed[register];
    }

    public int operandRegister(int operand) {
        return operandBits[operand] >>> REGISTER_SHIFT;
    }

    // ---- blocks ----

    public int blocks() {
        return blocks;
    }

    public int loopDepth(int block) {
        return depth[block];
    }

    /** Instructions of {@code block} are {@code [firstInst(block), firstInst(block + 1))}; the last one leaves it. */
    public int firstInst(int block) {
        return firstInst[block];
    }

    public int successorCount(int block) {
        return successorStart[block + 1] - successorStart[block];
    }

    public int successor(int block, int i) {
        return successor[successorStart[block] + i];
    }

    public int predecessorCount(int block) {
        return predecessorStart[block + 1] - predecessorStart[block];
    }

    public int predecessor(int block, int i) {
        return predecessor[predecessorStart[block] + i];
    }

    public int parameterCount(int block) {
        return parameterStart[block + 1] - parameterStart[block];
    }

    public int parameter(int block, int i) {
        return parameter[parameterStart[block] + i];
    }

    /** As many as its only successor has parameters; none where it has several successors. */
    public int argumentCount(int block) {
        return argumentStart[block + 1] - argumentStart[block];
    }

    public int argument(int block, int i) {
        return argument[argumentStart[block] + i];
    }
}
