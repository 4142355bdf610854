package dev.backbench.gcc;

import dev.backbench.exec.ffi.CString;
import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * libgccjit's C API, addresses as {@code long}. The first use loads the library. Each method is the C function of like name without the source
 * location, which is always null.
 *
 * <p>C enums and ints travel as 64 bits (the callee reads the low half), and a handle's result is 64 bits even where C says void, so that
 * the shapes differ in nothing but the number of arguments: the first handle of a shape costs milliseconds.
 */
final class Jit {
    static final int OUTPUT_ASSEMBLER = 0;
    static final int OPTIMIZATION_LEVEL = 0;
    static final int VOID = 0, BOOL = 2, FLOAT = 14, DOUBLE = 15;
    static final int EXPORTED = 0, INTERNAL = 1, IMPORTED = 2;
    static final int MINUS = 0, NOT = 2, ABS = 3;
    static final int ADD = 0, SUBTRACT = 1, MULTIPLY = 2, DIVIDE = 3, MODULO = 4, AND = 5, XOR = 6, OR = 7, LOGICAL_AND = 8, SHIFT_LEFT = 10, SHIFT_RIGHT = 11;
    static final int EQ = 0, NE = 1, LT = 2, LE = 3, GT = 4, GE = 5;

    private static final NativeLibrary LIBRARY = load();
    private static final MethodHandle ACQUIRE = handle("context_acquire", "()P");
    private static final MethodHandle RELEASE = handle("context_release", "(P)P");
    private static final MethodHandle INT_OPTION = handle("context_set_int_option", "(PPP)P");
    private static final MethodHandle ALLOW_UNREACHABLE_BLOCKS = handle("context_set_bool_allow_unreachable_blocks", "(PP)P");
    private static final MethodHandle PRINT_ERRORS = handle("context_set_bool_print_errors_to_stderr", "(PP)P");
    private static final MethodHandle COMMAND_LINE_OPTION = handle("context_add_command_line_option", "(PP)P");
    private static final MethodHandle COMPILE_TO_FILE = handle("context_compile_to_file", "(PPP)P");
    private static final MethodHandle DUMP_TO_FILE = handle("context_dump_to_file", "(PPP)P");
    private static final MethodHandle FIRST_ERROR = handle("context_get_first_error", "(P)P");
    private static final MethodHandle TYPE = handle("context_get_type", "(PP)P");
    private static final MethodHandle INT_TYPE = handle("context_get_int_type", "(PPP)P");
    private static final MethodHandle POINTER = handle("type_get_pointer", "(P)P");
    private static final MethodHandle ALIGNED = handle("type_get_aligned", "(PP)P");
    private static final MethodHandle ARRAY_TYPE = handle("context_new_array_type", "(PPPP)P");
    private static final MethodHandle FUNCTION_POINTER_TYPE = handle("context_new_function_ptr_type", "(PPPPPP)P");
    private static final MethodHandle PARAMETER = handle("context_new_param", "(PPPP)P");
    private static final MethodHandle FUNCTION = handle("context_new_function", "(PPPPPPPP)P");
    private static final MethodHandle BUILTIN = handle("context_get_builtin_function", "(PP)P");
    private static final MethodHandle PARAMETER_VALUE = handle("param_as_rvalue", "(P)P");
    private static final MethodHandle LOCAL = handle("function_new_local", "(PPPP)P");
    private static final MethodHandle BLOCK = handle("function_new_block", "(PP)P");
    private static final MethodHandle VALUE = handle("lvalue_as_rvalue", "(P)P");
    private static final MethodHandle ADDRESS_OF = handle("lvalue_get_address", "(PP)P");
    private static final MethodHandle FROM_INT = handle("context_new_rvalue_from_int", "(PPP)P");
    private static final MethodHandle FROM_LONG = handle("context_new_rvalue_from_long", "(PPP)P");
    private static final MethodHandle FROM_DOUBLE = handle("context_new_rvalue_from_double", "(PPD)P");
    private static final MethodHandle UNARY = handle("context_new_unary_op", "(PPPPP)P");
    private static final MethodHandle BINARY = handle("context_new_binary_op", "(PPPPPP)P");
    private static final MethodHandle COMPARISON = handle("context_new_comparison", "(PPPPP)P");
    private static final MethodHandle CAST = handle("context_new_cast", "(PPPP)P");
    private static final MethodHandle BITCAST = handle("context_new_bitcast", "(PPPP)P");
    private static final MethodHandle ELEMENT = handle("context_new_array_access", "(PPPP)P");
    private static final MethodHandle DEREFERENCE = handle("rvalue_dereference", "(PP)P");
    private static final MethodHandle CALL = handle("context_new_call", "(PPPPP)P");
    private static final MethodHandle CALL_THROUGH = handle("context_new_call_through_ptr", "(PPPPP)P");
    private static final MethodHandle EVAL = handle("block_add_eval", "(PPP)P");
    private static final MethodHandle ASSIGN = handle("block_add_assignment", "(PPPP)P");
    private static final MethodHandle ASM = handle("block_add_extended_asm", "(PPP)P");
    private static final MethodHandle ASM_VOLATILE = handle("extended_asm_set_volatile_flag", "(PP)P");
    private static final MethodHandle ASM_CLOBBER = handle("extended_asm_add_clobber", "(PP)P");
    private static final MethodHandle JUMP = handle("block_end_with_jump", "(PPP)P");
    private static final MethodHandle CONDITIONAL = handle("block_end_with_conditional", "(PPPPP)P");
    private static final MethodHandle RET = handle("block_end_with_return", "(PPP)P");
    private static final MethodHandle RET_VOID = handle("block_end_with_void_return", "(PP)P");
    private static final MethodHandle SWITCH_CASE = handle("context_new_case", "(PPPP)P");
    private static final MethodHandle SWITCH_ON = handle("block_end_with_switch", "(PPPPPP)P");
    private static final MethodHandle MAJOR = handle("version_major", "()P");
    private static final MethodHandle MINOR = handle("version_minor", "()P");
    private static final MethodHandle PATCH = handle("version_patchlevel", "()P");
    private static final MethodHandle FUNCTION_PARAMETER = handle("function_get_param", "(PP)P");
    private static final MethodHandle SET_ALIGNMENT = handle("lvalue_set_alignment", "(PP)P");
    private static final MethodHandle ASM_OUTPUT = handle("extended_asm_add_output_operand", "(PPPP)P");
    private static final MethodHandle ASM_INPUT = handle("extended_asm_add_input_operand", "(PPPP)P");

    private Jit() {}

    /** Dependencies that only our own tree has are loaded first: a library that is there satisfies those who need its soname. */
    private static NativeLibrary load() {
        Installation installation = new Installation();
        Path library = installation.library();
        if (library == null) throw new BackendException("libgccjit is not here: " + installation.byHand());
        try {
            if (installation.owns(library)) loadDependencies(AptDownload.list(installation.libraries()));
            return NativeLibrary.open(library);
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new BackendException("libgccjit does not load (" + e.getMessage() + "): remove " + installation.where() + " and run again", e);
        }
    }

    private static void loadDependencies(List<Path> files) {
        List<Path> waiting = new ArrayList<>(files);
        waiting.removeIf(file -> file.getFileName().toString().startsWith("libgccjit") || !file.getFileName().toString().contains(".so"));
        for (int before = -1; before != waiting.size() && !waiting.isEmpty();) {
            before = waiting.size();
            waiting.removeIf(Jit::opens);
        }
    }

    private static boolean opens(Path library) {
        try {
            NativeLibrary.openGlobal(library.toString());
            return true;
        } catch (UnsatisfiedLinkError needsAnother) {
            return false;
        }
    }

    private static MethodHandle handle(String name, String descriptor) {
        return LIBRARY.function("gcc_jit_" + name, descriptor);
    }

    /** Such as {@code 12.2.0}. */
    static String version() {
        return majorVersion() + "." + minor() + "." + patch();
    }

    /** The first error of a context in GCC's words, or null. */
    static String error(long ctx) {
        return CString.read(firstError(ctx));
    }

    static long acquire() {
        try {
            return (long) ACQUIRE.invokeExact();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void release(long ctx) {
        try {
            long ignored = (long) RELEASE.invokeExact(ctx);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void intOption(long ctx, long option, long value) {
        try {
            long ignored = (long) INT_OPTION.invokeExact(ctx, option, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void allowUnreachableBlocks(long ctx, long allow) {
        try {
            long ignored = (long) ALLOW_UNREACHABLE_BLOCKS.invokeExact(ctx, allow);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void printErrors(long ctx, long print) {
        try {
            long ignored = (long) PRINT_ERRORS.invokeExact(ctx, print);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void commandLineOption(long ctx, long text) {
        try {
            long ignored = (long) COMMAND_LINE_OPTION.invokeExact(ctx, text);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void compileToFile(long ctx, long kind, long path) {
        try {
            long ignored = (long) COMPILE_TO_FILE.invokeExact(ctx, kind, path);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void dumpToFile(long ctx, long path, long locations) {
        try {
            long ignored = (long) DUMP_TO_FILE.invokeExact(ctx, path, locations);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    private static long firstError(long ctx) {
        try {
            return (long) FIRST_ERROR.invokeExact(ctx);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long type(long ctx, long kind) {
        try {
            return (long) TYPE.invokeExact(ctx, kind);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long intType(long ctx, long bytes, long signed) {
        try {
            return (long) INT_TYPE.invokeExact(ctx, bytes, signed);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long pointer(long type) {
        try {
            return (long) POINTER.invokeExact(type);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long aligned(long type, long bytes) {
        try {
            return (long) ALIGNED.invokeExact(type, bytes);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long arrayType(long ctx, long element, long count) {
        try {
            return (long) ARRAY_TYPE.invokeExact(ctx, 0L, element, count);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long functionPointerType(long ctx, long result, long count, long parameters, long variadic) {
        try {
            return (long) FUNCTION_POINTER_TYPE.invokeExact(ctx, 0L, result, count, parameters, variadic);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long parameter(long ctx, long type, long name) {
        try {
            return (long) PARAMETER.invokeExact(ctx, 0L, type, name);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long function(long ctx, long kind, long result, long name, long count, long parameters, long variadic) {
        try {
            return (long) FUNCTION.invokeExact(ctx, 0L, kind, result, name, count, parameters, variadic);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long builtin(long ctx, long name) {
        try {
            return (long) BUILTIN.invokeExact(ctx, name);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** @param parameter a gcc_jit_param */
    static long parameterValue(long parameter) {
        try {
            return (long) PARAMETER_VALUE.invokeExact(parameter);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long local(long function, long type, long name) {
        try {
            return (long) LOCAL.invokeExact(function, 0L, type, name);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long block(long function, long name) {
        try {
            return (long) BLOCK.invokeExact(function, name);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long value(long lvalue) {
        try {
            return (long) VALUE.invokeExact(lvalue);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long addressOf(long lvalue) {
        try {
            return (long) ADDRESS_OF.invokeExact(lvalue, 0L);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long fromInt(long ctx, long type, long value) {
        try {
            return (long) FROM_INT.invokeExact(ctx, type, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long fromLong(long ctx, long type, long value) {
        try {
            return (long) FROM_LONG.invokeExact(ctx, type, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long fromDouble(long ctx, long type, double value) {
        try {
            return (long) FROM_DOUBLE.invokeExact(ctx, type, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long unary(long ctx, long op, long type, long operand) {
        try {
            return (long) UNARY.invokeExact(ctx, 0L, op, type, operand);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long binary(long ctx, long op, long type, long left, long right) {
        try {
            return (long) BINARY.invokeExact(ctx, 0L, op, type, left, right);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long comparison(long ctx, long op, long left, long right) {
        try {
            return (long) COMPARISON.invokeExact(ctx, 0L, op, left, right);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long cast(long ctx, long value, long type) {
        try {
            return (long) CAST.invokeExact(ctx, 0L, value, type);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long bitcast(long ctx, long value, long type) {
        try {
            return (long) BITCAST.invokeExact(ctx, 0L, value, type);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long element(long ctx, long pointer, long index) {
        try {
            return (long) ELEMENT.invokeExact(ctx, 0L, pointer, index);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long dereference(long pointer) {
        try {
            return (long) DEREFERENCE.invokeExact(pointer, 0L);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long call(long ctx, long function, long count, long arguments) {
        try {
            return (long) CALL.invokeExact(ctx, 0L, function, count, arguments);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long callThrough(long ctx, long pointer, long count, long arguments) {
        try {
            return (long) CALL_THROUGH.invokeExact(ctx, 0L, pointer, count, arguments);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void eval(long block, long value) {
        try {
            long ignored = (long) EVAL.invokeExact(block, 0L, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void assign(long block, long lvalue, long value) {
        try {
            long ignored = (long) ASSIGN.invokeExact(block, 0L, lvalue, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long asm(long block, long template) {
        try {
            return (long) ASM.invokeExact(block, 0L, template);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void asmVolatile(long asm, long on) {
        try {
            long ignored = (long) ASM_VOLATILE.invokeExact(asm, on);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void asmClobber(long asm, long what) {
        try {
            long ignored = (long) ASM_CLOBBER.invokeExact(asm, what);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void jump(long block, long target) {
        try {
            long ignored = (long) JUMP.invokeExact(block, 0L, target);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void conditional(long block, long condition, long then, long otherwise) {
        try {
            long ignored = (long) CONDITIONAL.invokeExact(block, 0L, condition, then, otherwise);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void ret(long block, long value) {
        try {
            long ignored = (long) RET.invokeExact(block, 0L, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void retVoid(long block) {
        try {
            long ignored = (long) RET_VOID.invokeExact(block, 0L);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long switchCase(long ctx, long min, long max, long block) {
        try {
            return (long) SWITCH_CASE.invokeExact(ctx, min, max, block);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void switchOn(long block, long value, long otherwise, long count, long cases) {
        try {
            long ignored = (long) SWITCH_ON.invokeExact(block, 0L, value, otherwise, count, cases);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static int majorVersion() {
        try {
            return (int) (long) MAJOR.invokeExact();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    private static int minor() {
        try {
            return (int) (long) MINOR.invokeExact();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    private static int patch() {
        try {
            return (int) (long) PATCH.invokeExact();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static long functionParameter(long function, long index) {
        try {
            return (long) FUNCTION_PARAMETER.invokeExact(function, index);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void setAlignment(long lvalue, long bytes) {
        try {
            long ignored = (long) SET_ALIGNMENT.invokeExact(lvalue, bytes);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void asmOutput(long asm, long name, long constraint, long lvalue) {
        try {
            long ignored = (long) ASM_OUTPUT.invokeExact(asm, name, constraint, lvalue);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void asmInput(long asm, long name, long constraint, long value) {
        try {
            long ignored = (long) ASM_INPUT.invokeExact(asm, name, constraint, value);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }
}
