package dev.backbench.conformance.fuzz;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;

/**
 * Writes expressions of a wanted type.
 *
 * <p>The bits of a NaN that arithmetic makes are not determined. A value is <em>loose</em> if it may be such a NaN: loose values go only into arithmetic and comparisons, where
 * one NaN is like another; all that stores, passes or looks at bits takes values that were made canonical first.
 */
final class ExpressionGenerator {
    private static final int DEEPEST = 6;

    private final FunctionGenerator function;
    private final ModuleGenerator module;
    private final Rng rng;
    private int depth;

    ExpressionGenerator(FunctionGenerator function) {
        this.function = function;
        module = function.module;
        rng = function.rng;
    }

    /** An expression whose bits are determined. */
    void value(int type) {
        depth++;
        boolean small = depth > DEEPEST || function.budget-- <= 0;
        if (small || rng.percent(25)) leaf(type);
        else if (rng.percent(28)) common(type);
        else typed(type);
        depth--;
    }

    private void typed(int type) {
        switch (type) {
            case ValType.I32 -> i32();
            case ValType.I64 -> i64();
            default -> floating(type);
        }
    }

    private void leaf(int type) {
        int choice = rng.below(10);
        if (choice < 5) {
            function.op(LOCAL_GET, function.localOf(type));
        } else if (choice < 7) {
            int global = rng.below(module.globals.length / Ops.TYPES.length) * Ops.TYPES.length;
            for (int i = 0; i < Ops.TYPES.length; i++) if (Ops.TYPES[i] == type) global += i;
            function.op(GLOBAL_GET, ModuleGenerator.FIRST_GLOBAL + global);
        } else {
            function.constant(type);
        }
    }

    /** What every type has. */
    private void common(int type) {
        switch (rng.below(7)) {
            case 0 -> select(type);
            case 1 -> load(type);
            case 2 -> {
                value(type);
                function.op(LOCAL_TEE, function.localOf(type));
            }
            case 3, 4 -> choose(type);
            case 5 -> leaveBlock(type);
            default -> callFor(type);
        }
    }

    private void select(int type) {
        value(type);
        value(type);
        condition();
        if (rng.percent(70)) {
            function.op(SELECT);
        } else {
            function.op(SELECT_T);
            function.code.immediate(1).raw((byte) type);
        }
    }

    private void load(int type) {
        int opcode = rng.of(Ops.loads(type));
        int offset = address();
        function.op(opcode, rng.between(0, Ops.accessLog2(opcode)), offset);
    }

    private void choose(int type) {
        condition();
        function.block(IF, type, new int[] {type});
        value(type);
        function.op(ELSE);
        value(type);
        function.end();
    }

    /** A block that may be left early with its value. */
    private void leaveBlock(int type) {
        function.block(BLOCK, type, new int[] {type});
        value(type);
        condition();
        function.op(BR_IF, 0);
        if (rng.percent(50)) {
            function.op(DROP);
            value(type);
        }
        function.end();
    }

    private void callFor(int type) {
        for (int i = 0; i < 8; i++) {
            int candidate = rng.below(module.signatures.size());
            int[] results = module.signatures.get(candidate).results();
            if (results.length != 1 || results[0] != type) continue;
            call(candidate);
            return;
        }
        leaf(type);
    }

    /** @return the types of the results it leaves */
    int[] call(int callee) {
        FuncType type = module.signatures.get(callee);
        for (int parameter : type.parameters()) value(parameter);
        function.op(CALL, callee);
        return type.results();
    }

    /** Through the table, mostly within it, often to a function of another type. @return the types of the results it leaves */
    int[] callIndirect() {
        FuncType type = module.signatures.get(rng.below(module.signatures.size()));
        for (int parameter : type.parameters()) value(parameter);
        value(ValType.I32);
        if (rng.percent(95)) {
            function.i32(ModuleGenerator.TABLE_SIZE + rng.below(2));
            function.op(I32_REM_U);
        }
        function.op(CALL_INDIRECT, module.module.type(type), ModuleGenerator.FUNCTION_TABLE);
        return type.results();
    }

    void condition() {
        if (rng.percent(70)) compare();
        else value(ValType.I32);
    }

    private void i32() {
        switch (rng.below(12)) {
            case 0, 1, 2, 3, 4 -> binary(ValType.I32, rng.of(Ops.binary(ValType.I32)));
            case 5 -> unary(ValType.I32, rng.of(Ops.unary(ValType.I32)));
            case 6, 7 -> compare();
            case 8, 9 -> convert(ValType.I32);
            case 10 -> size();
            default -> nullTest();
        }
    }

    private void i64() {
        switch (rng.below(10)) {
            case 0, 1, 2, 3, 4 -> binary(ValType.I64, rng.of(Ops.binary(ValType.I64)));
            case 5, 6 -> unary(ValType.I64, rng.of(Ops.unary(ValType.I64)));
            default -> convert(ValType.I64);
        }
    }

    /** Integer operations take values as they are; a divisor is often made odd, so that not all end in a trap. */
    private void binary(int type, int opcode) {
        value(type);
        value(type);
        boolean division = opcode >= I32_DIV_S && opcode <= I32_REM_U || opcode >= I64_DIV_S && opcode <= I64_REM_U;
        if (division && rng.percent(93)) {
            function.i32(1);
            if (type == ValType.I64) function.op(I64_EXTEND_I32_U);
            function.op(type == ValType.I32 ? I32_OR : I64_OR);
        }
        function.op(opcode);
    }

    private void unary(int type, int opcode) {
        value(type);
        function.op(opcode);
    }

    private void compare() {
        int type = rng.of(Ops.TYPES);
        loose(type);
        loose(type);
        function.op(rng.of(Ops.compare(type)));
    }

    private void convert(int type) {
        int[] opcodes = Ops.conversions(type), from = Ops.conversionsFrom(type);
        int which = rng.below(opcodes.length);
        while (module.avoids(opcodes[which]) || mayTrap(opcodes[which]) && rng.percent(70)) which = rng.below(opcodes.length);
        boolean bits = opcodes[which] == I32_REINTERPRET_F32 || opcodes[which] == I64_REINTERPRET_F64;
        if (bits) value(from[which]);
        else loose(from[which]);
        function.op(opcodes[which]);
    }

    private static boolean mayTrap(int opcode) {
        return opcode >= I32_TRUNC_F32_S && opcode <= I32_TRUNC_F64_U || opcode >= I64_TRUNC_F32_S && opcode <= I64_TRUNC_F64_U;
    }

    private void size() {
        switch (rng.below(4)) {
            case 0 -> function.op(MEMORY_SIZE, 0);
            case 1 -> {
                function.i32(rng.of(new int[] {0, 0, 1, 1, 2, 70000, -1}));
                function.op(MEMORY_GROW, 0);
            }
            default -> function.op(TABLE_SIZE, rng.below(2));
        }
    }

    private void nullTest() {
        reference(rng.below(2));
        function.op(REF_IS_NULL);
    }

    /** A reference of the table's type. */
    void reference(int table) {
        boolean functions = table == ModuleGenerator.FUNCTION_TABLE;
        if (rng.percent(40)) {
            value(ValType.I32);
            function.i32(functions ? ModuleGenerator.TABLE_SIZE : ModuleGenerator.EXTERN_TABLE_SIZE);
            function.op(I32_REM_U);
            function.op(TABLE_GET, table);
        } else if (functions && rng.percent(80)) {
            function.op(REF_FUNC, rng.between(ModuleGenerator.IMPORTED, module.signatures.size() - 1));
        } else {
            module.written[REF_NULL]++;
            function.code.refNull(functions ? ValType.FUNCREF : ValType.EXTERNREF);
        }
    }

    /** Pushes an address. @return the offset to go with it; together mostly inside the memory, often at its end */
    int address() {
        int choice = rng.below(100);
        if (choice < 80) {
            value(ValType.I32);
            function.i32(rng.percent(50) ? 0xFF : 0x7FFF);
            function.op(I32_AND);
            return rng.below(300);
        }
        if (choice < 92) {
            function.i32(ModuleGenerator.PAGE - 12 + rng.below(8));
            return rng.below(8);
        }
        if (choice < 97) {
            value(ValType.I32);
            return rng.below(2);
        }
        value(ValType.I32);
        return (int) rng.next();
    }

    // ---- floats ----

    /** Bits determined: an operation on the sign, a reinterpretation, an exact conversion, or arithmetic made canonical. */
    private void floating(int type) {
        boolean single = type == ValType.F32;
        switch (rng.below(10)) {
            case 0 -> unary(type, single ? rng.percent(50) ? F32_ABS : F32_NEG : rng.percent(50) ? F64_ABS : F64_NEG);
            case 1 -> {
                value(type);
                value(type);
                function.op(single ? F32_COPYSIGN : F64_COPYSIGN);
            }
            default -> {
                arithmetic(type);
                function.canonical(type);
            }
        }
    }

    /** A value of any type that is not looked at bit by bit. */
    private void loose(int type) {
        boolean floating = type == ValType.F32 || type == ValType.F64;
        if (!floating || depth >= DEEPEST || function.budget <= 0 || rng.percent(40)) {
            value(type);
            return;
        }
        depth++;
        function.budget--;
        arithmetic(type);
        depth--;
    }

    private void arithmetic(int type) {
        switch (rng.below(10)) {
            case 0, 1, 2, 3, 4 -> {
                loose(type);
                loose(type);
                function.op(rng.of(Ops.binary(type)));
            }
            case 5, 6 -> {
                loose(type);
                function.op(rng.of(Ops.unary(type)));
            }
            default -> convert(type);
        }
    }
}
