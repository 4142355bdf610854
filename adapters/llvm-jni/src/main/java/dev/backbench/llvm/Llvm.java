package dev.backbench.llvm;

import dev.backbench.exec.ffi.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * libLLVM's C API as static methods over raw addresses. Initialising this class loads the library.
 *
 * <p>Every parameter and result is carried in 64 bits whatever its C type: the calling convention leaves the upper half of narrow ones undefined
 * both ways, and so a dozen handle shapes serve 120 functions. Functions that only build IR are called without a thread-state transition;
 * those that run passes, emit code or may call back are not.
 */
final class Llvm {
    // LLVMOpcode
    static final int ADD = 8, FADD = 9, SUB = 10, FSUB = 11, MUL = 12, FMUL = 13, UDIV = 14, SDIV = 15, FDIV = 16, UREM = 17, SREM = 18;
    static final int SHL = 20, LSHR = 21, ASHR = 22, AND = 23, OR = 24, XOR = 25;
    static final int TRUNC = 30, ZEXT = 31, SEXT = 32, FPTOUI = 33, FPTOSI = 34, UITOFP = 35, SITOFP = 36, FPTRUNC = 37, FPEXT = 38, PTRTOINT = 39, BITCAST = 41;
    // LLVMIntPredicate
    static final int EQ = 32, NE = 33, UGT = 34, UGE = 35, ULT = 36, ULE = 37, SGT = 38, SGE = 39, SLT = 40, SLE = 41;
    // LLVMRealPredicate
    static final int OEQ = 1, OGT = 2, OGE = 3, OLT = 4, OLE = 5, UNO = 8, UNE = 14;
    // LLVMLinkage, LLVMVisibility, LLVMCallConv
    static final int EXTERNAL = 0, INTERNAL = 8, HIDDEN = 1, FAST_CALL = 8;
    // LLVMGEPNoWrapFlags: inbounds (which implies nusw), nuw
    static final int GEP_INBOUNDS_NUW = 1 | 2 | 4;

    private static final NativeLibrary LIBRARY = LibLlvm.open();
    private static final ThreadLocal<MemorySegment> SCRATCH = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(8 * 64, 8));
    static final long EMPTY = text("");

    private static final MethodHandle BIN_OP = quick("LLVMBuildBinOp", 5);
    private static final MethodHandle CAST = quick("LLVMBuildCast", 5);
    private static final MethodHandle ICMP = quick("LLVMBuildICmp", 5);
    private static final MethodHandle FCMP = quick("LLVMBuildFCmp", 5);
    private static final MethodHandle FNEG = quick("LLVMBuildFNeg", 3);
    private static final MethodHandle SELECT = quick("LLVMBuildSelect", 5);
    private static final MethodHandle LOAD = quick("LLVMBuildLoad2", 4);
    private static final MethodHandle STORE = quick("LLVMBuildStore", 3);
    private static final MethodHandle GEP = quick("LLVMBuildGEPWithNoWrapFlags", 7);
    private static final MethodHandle ALLOCA = quick("LLVMBuildAlloca", 3);
    private static final MethodHandle PHI = quick("LLVMBuildPhi", 3);
    private static final MethodHandle ADD_INCOMING = quick("LLVMAddIncoming", 4);
    private static final MethodHandle CALL = quick("LLVMBuildCall2", 6);
    private static final MethodHandle BR = quick("LLVMBuildBr", 2);
    private static final MethodHandle COND_BR = quick("LLVMBuildCondBr", 4);
    private static final MethodHandle SWITCH = quick("LLVMBuildSwitch", 4);
    private static final MethodHandle ADD_CASE = quick("LLVMAddCase", 3);
    private static final MethodHandle RET = quick("LLVMBuildRet", 2);
    private static final MethodHandle RET_VOID = quick("LLVMBuildRetVoid", 1);
    private static final MethodHandle UNREACHABLE = quick("LLVMBuildUnreachable", 1);
    private static final MethodHandle EXTRACT = quick("LLVMBuildExtractValue", 4);
    private static final MethodHandle INSERT = quick("LLVMBuildInsertValue", 5);
    private static final MethodHandle CONST_INT = quick("LLVMConstInt", 3);
    private static final MethodHandle CONST_BITCAST = quick("LLVMConstBitCast", 2);
    private static final MethodHandle POISON = quick("LLVMGetPoison", 1);
    private static final MethodHandle SET_VOLATILE = quick("LLVMSetVolatile", 2);
    private static final MethodHandle SET_ALIGNMENT = quick("LLVMSetAlignment", 2);
    private static final MethodHandle SET_METADATA = quick("LLVMSetMetadata", 3);
    private static final MethodHandle APPEND_BLOCK = quick("LLVMAppendBasicBlockInContext", 3);
    private static final MethodHandle MOVE_BLOCK_AFTER = quick("LLVMMoveBasicBlockAfter", 2);
    private static final MethodHandle DELETE_BLOCK = quick("LLVMDeleteBasicBlock", 1);
    private static final MethodHandle BLOCK_PARENT = quick("LLVMGetInstructionParent", 1);
    private static final MethodHandle FIRST_INSTRUCTION = quick("LLVMGetFirstInstruction", 1);
    private static final MethodHandle NEXT_INSTRUCTION = quick("LLVMGetNextInstruction", 1);
    private static final MethodHandle IS_INSTRUCTION = quick("LLVMIsAInstruction", 1);
    private static final MethodHandle POSITION_BEFORE = quick("LLVMPositionBuilderBefore", 2);
    private static final MethodHandle POSITION_AT_END = quick("LLVMPositionBuilderAtEnd", 2);
    private static final MethodHandle REPLACE_USES = quick("LLVMReplaceAllUsesWith", 2);
    private static final MethodHandle ERASE = quick("LLVMInstructionEraseFromParent", 1);
    private static final MethodHandle GET_PARAM = quick("LLVMGetParam", 2);
    private static final MethodHandle ADD_FUNCTION = quick("LLVMAddFunction", 3);
    private static final MethodHandle SET_LINKAGE = quick("LLVMSetLinkage", 2);
    private static final MethodHandle SET_VISIBILITY = quick("LLVMSetVisibility", 2);
    private static final MethodHandle SET_FUNCTION_CONVENTION = quick("LLVMSetFunctionCallConv", 2);
    private static final MethodHandle SET_CALL_CONVENTION = quick("LLVMSetInstructionCallConv", 2);
    private static final MethodHandle ADD_ATTRIBUTE = quick("LLVMAddAttributeAtIndex", 3);
    private static final MethodHandle ADD_CALL_ATTRIBUTE = quick("LLVMAddCallSiteAttribute", 3);
    private static final MethodHandle FUNCTION_TYPE = quick("LLVMFunctionType", 4);
    private static final MethodHandle STRUCT_TYPE = quick("LLVMStructTypeInContext", 4);

    static {
        configure();
    }

    private Llvm() {}

    /** Forces the library to be loaded now. */
    static void load() {}

    /** LLVM would turn a conditional move that loads its operand into a branch around the load, even of a volatile one: an access that must trap would not happen. */
    private static void configure() {
        long[] arguments = {text("backbench"), text("-x86-cmov-converter-force-mem-operand=false")};
        try {
            long done = (long) slow("LLVMParseCommandLineOptions", 3).invokeExact((long) arguments.length, array(arguments, arguments.length), 0L);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    private static MethodHandle quick(String name, int parameters) {
        return LIBRARY.function(name, "(" + "P".repeat(parameters) + ")P", Linker.Option.critical(false));
    }

    /** A handle for a function that may take long or call back. */
    static MethodHandle slow(String name, int parameters) {
        return LIBRARY.function(name, "(" + "P".repeat(parameters) + ")P");
    }

    /** A C string that lives for ever: for constants only. */
    static long text(String s) {
        return Arena.global().allocateFrom(s).address();
    }

    static RuntimeException fail(Throwable t) {
        return NativeLibrary.sneak(t);
    }

    /** The address of an array of {@code values[0 .. count)}; valid until this thread's next call. */
    static long array(long[] values, int count) {
        MemorySegment scratch = SCRATCH.get();
        if (scratch.byteSize() < 8L * count) {
            scratch = Arena.ofAuto().allocate(16L * count, 8);
            SCRATCH.set(scratch);
        }
        MemorySegment.copy(values, 0, scratch, ValueLayout.JAVA_LONG, 0, count);
        return scratch.address();
    }

    private static long pair(long first, long second) {
        MemorySegment scratch = SCRATCH.get();
        scratch.setAtIndex(ValueLayout.JAVA_LONG, 0, first);
        scratch.setAtIndex(ValueLayout.JAVA_LONG, 1, second);
        return scratch.address();
    }

    static long call(MethodHandle h, long a) {
        try {
            return (long) h.invokeExact(a);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    static long call(MethodHandle h, long a, long b) {
        try {
            return (long) h.invokeExact(a, b);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    static long call(MethodHandle h, long a, long b, long c) {
        try {
            return (long) h.invokeExact(a, b, c);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    static long call(MethodHandle h, long a, long b, long c, long d) {
        try {
            return (long) h.invokeExact(a, b, c, d);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    static long call(MethodHandle h, long a, long b, long c, long d, long e) {
        try {
            return (long) h.invokeExact(a, b, c, d, e);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    static long call(MethodHandle h, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) h.invokeExact(a, b, c, d, e, f);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    static long call(MethodHandle h, long a, long b, long c, long d, long e, long f, long g) {
        try {
            return (long) h.invokeExact(a, b, c, d, e, f, g);
        } catch (Throwable t) {
            throw fail(t);
        }
    }

    // ---- instructions; the first parameter is the builder ----

    static long binary(long builder, int opcode, long left, long right) {
        return call(BIN_OP, builder, opcode, left, right, EMPTY);
    }

    static long cast(long builder, int opcode, long value, long type) {
        return call(CAST, builder, opcode, value, type, EMPTY);
    }

    static long icmp(long builder, int predicate, long left, long right) {
        return call(ICMP, builder, predicate, left, right, EMPTY);
    }

    static long fcmp(long builder, int predicate, long left, long right) {
        return call(FCMP, builder, predicate, left, right, EMPTY);
    }

    static long fneg(long builder, long value) {
        return call(FNEG, builder, value, EMPTY);
    }

    static long select(long builder, long condition, long then, long otherwise) {
        return call(SELECT, builder, condition, then, otherwise, EMPTY);
    }

    static long load(long builder, long type, long pointer) {
        return call(LOAD, builder, type, pointer, EMPTY);
    }

    static long store(long builder, long value, long pointer) {
        return call(STORE, builder, value, pointer);
    }

    /** {@code pointer + index} elements of {@code type}, inside one object and without unsigned wrap. */
    static long element(long builder, long type, long pointer, long index) {
        return call(GEP, builder, type, pointer, pair(index, 0), 1, EMPTY, GEP_INBOUNDS_NUW);
    }

    static long alloca(long builder, long type) {
        return call(ALLOCA, builder, type, EMPTY);
    }

    static long phi(long builder, long type) {
        return call(PHI, builder, type, EMPTY);
    }

    static void addIncoming(long phi, long value, long block) {
        long pair = pair(value, block);
        call(ADD_INCOMING, phi, pair, pair + 8, 1);
    }

    static long call(long builder, long type, long function, long[] arguments, int count) {
        return call(CALL, builder, type, function, array(arguments, count), count, EMPTY);
    }

    static long br(long builder, long block) {
        return call(BR, builder, block);
    }

    static long condBr(long builder, long condition, long then, long otherwise) {
        return call(COND_BR, builder, condition, then, otherwise);
    }

    static long switchOn(long builder, long value, long otherwise, int cases) {
        return call(SWITCH, builder, value, otherwise, cases);
    }

    static void addCase(long switchInstruction, long constant, long block) {
        call(ADD_CASE, switchInstruction, constant, block);
    }

    static void ret(long builder, long value) {
        call(RET, builder, value);
    }

    static void retVoid(long builder) {
        call(RET_VOID, builder);
    }

    static void unreachable(long builder) {
        call(UNREACHABLE, builder);
    }

    static long extract(long builder, long aggregate, int index) {
        return call(EXTRACT, builder, aggregate, index, EMPTY);
    }

    static long insert(long builder, long aggregate, long element, int index) {
        return call(INSERT, builder, aggregate, element, index, EMPTY);
    }

    // ---- values ----

    static long constant(long type, long bits) {
        return call(CONST_INT, type, bits, 0);
    }

    static long constantBitcast(long constant, long type) {
        return call(CONST_BITCAST, constant, type);
    }

    static long poison(long type) {
        return call(POISON, type);
    }

    static void setVolatile(long access, boolean on) {
        call(SET_VOLATILE, access, on ? 1 : 0);
    }

    static void setAlignment(long access, int bytes) {
        call(SET_ALIGNMENT, access, bytes);
    }

    static void setMetadata(long instruction, long kind, long node) {
        call(SET_METADATA, instruction, kind, node);
    }

    static boolean isInstruction(long value) {
        return call(IS_INSTRUCTION, value) != 0;
    }

    static void replaceUses(long old, long replacement) {
        call(REPLACE_USES, old, replacement);
    }

    static void erase(long instruction) {
        call(ERASE, instruction);
    }

    // ---- blocks and positions ----

    static long appendBlock(long context, long function) {
        return call(APPEND_BLOCK, context, function, EMPTY);
    }

    static void moveBlockAfter(long block, long after) {
        call(MOVE_BLOCK_AFTER, block, after);
    }

    static void deleteBlock(long block) {
        call(DELETE_BLOCK, block);
    }

    static void positionAtEnd(long builder, long block) {
        call(POSITION_AT_END, builder, block);
    }

    static void positionAtStart(long builder, long block) {
        long first = call(FIRST_INSTRUCTION, block);
        if (first == 0) positionAtEnd(builder, block);
        else call(POSITION_BEFORE, builder, first);
    }

    static void positionAfter(long builder, long instruction) {
        long next = call(NEXT_INSTRUCTION, instruction);
        if (next == 0) positionAtEnd(builder, call(BLOCK_PARENT, instruction));
        else call(POSITION_BEFORE, builder, next);
    }

    // ---- functions and types ----

    static long functionType(long result, long[] parameters, int count) {
        return call(FUNCTION_TYPE, result, array(parameters, count), count, 0);
    }

    static long structType(long context, long[] elements, int count) {
        return call(STRUCT_TYPE, context, array(elements, count), count, 0);
    }

    static long addFunction(long module, long name, long type) {
        return call(ADD_FUNCTION, module, name, type);
    }

    static long parameter(long function, int index) {
        return call(GET_PARAM, function, index);
    }

    static void setLinkage(long function, int linkage) {
        call(SET_LINKAGE, function, linkage);
    }

    static void setVisibility(long function, int visibility) {
        call(SET_VISIBILITY, function, visibility);
    }

    static void setFunctionConvention(long function, int convention) {
        call(SET_FUNCTION_CONVENTION, function, convention);
    }

    static void setCallConvention(long call, int convention) {
        call(SET_CALL_CONVENTION, call, convention);
    }

    /** @param index 0 the result, 1 the first parameter, -1 the function */
    static void addAttribute(long function, int index, long attribute) {
        call(ADD_ATTRIBUTE, function, index, attribute);
    }

    static void addCallAttribute(long call, int index, long attribute) {
        call(ADD_CALL_ATTRIBUTE, call, index, attribute);
    }
}
