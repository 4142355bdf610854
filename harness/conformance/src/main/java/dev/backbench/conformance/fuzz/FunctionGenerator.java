package dev.backbench.conformance.fuzz;

import static dev.backbench.wasm.Opcode.*;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.build.BodyWriter;
import java.util.ArrayList;
import java.util.List;

/** Writes the statements of one function: what has effects and moves control. Expressions are {@link ExpressionGenerator}'s. */
final class FunctionGenerator {
    private static final int MOST_NESTING = 4, BUDGET = 70, TURNS = 5;

    final ModuleGenerator module;
    final Rng rng;
    final BodyWriter code;
    final FuncType type;
    /** Nodes still to be written; expressions share it. */
    int budget = BUDGET;
    /** Types of the locals that may be read and written, by index; others have {@link #RESERVED}. */
    final List<Integer> locals = new ArrayList<>();
    static final int RESERVED = 0;

    private final ExpressionGenerator expressions;
    private final int[] canonicalScratch = {-1, -1}; // by float type
    /** Types a branch to the label carries, outermost (the function's) first. */
    private final List<int[]> labels = new ArrayList<>();

    FunctionGenerator(ModuleGenerator module, FuncType type) {
        this.module = module;
        this.type = type;
        rng = module.rng;
        code = new BodyWriter(type.parameters().length);
        for (int parameter : type.parameters()) locals.add(parameter);
        expressions = new ExpressionGenerator(this);
    }

    BodyWriter generate() {
        for (int t : Ops.TYPES) for (int i = rng.between(1, 3); i > 0; i--) local(t, t);
        labels.add(type.results());
        takeFuel();
        op(GLOBAL_GET, ModuleGenerator.FUEL_GLOBAL);
        i32(0);
        op(I32_LT_S);
        block(IF, BodyWriter.EMPTY, new int[0]);
        for (int t : type.results()) constant(t);
        op(RETURN);
        end();
        statements(rng.between(2, 7));
        values(type.results());
        return code;
    }

    private void takeFuel() {
        op(GLOBAL_GET, ModuleGenerator.FUEL_GLOBAL);
        i32(1);
        op(I32_SUB);
        op(GLOBAL_SET, ModuleGenerator.FUEL_GLOBAL);
    }

    private int local(int valueType, int use) {
        locals.add(use);
        return code.local(valueType);
    }

    /** A local for the generator's own use. */
    int scratch(int valueType) {
        return local(valueType, RESERVED);
    }

    // ---- emission, counted ----

    BodyWriter op(int opcode) {
        module.written[opcode]++;
        return code.op(opcode);
    }

    void op(int opcode, int immediate) {
        op(opcode).immediate(immediate);
    }

    void op(int opcode, int first, int second) {
        op(opcode).immediate(first).immediate(second);
    }

    void i32(int value) {
        module.written[I32_CONST]++;
        code.i32(value);
    }

    void constant(int valueType) {
        long bits = Ops.constant(rng, valueType);
        switch (valueType) {
            case ValType.I32 -> i32((int) bits);
            case ValType.I64 -> {
                module.written[I64_CONST]++;
                code.i64(bits);
            }
            case ValType.F32 -> {
                module.written[F32_CONST]++;
                code.f32Bits((int) bits);
            }
            default -> {
                module.written[F64_CONST]++;
                code.f64Bits(bits);
            }
        }
    }

    void block(int opcode, int blockType, int[] label) {
        module.written[opcode]++;
        code.block(opcode, blockType);
        labels.add(label);
    }

    void blockOfType(int opcode, FuncType blockType) {
        module.written[opcode]++;
        code.blockOfType(opcode, module.module.type(blockType));
        labels.add(opcode == LOOP ? blockType.parameters() : blockType.results());
    }

    void end() {
        op(END);
        labels.removeLast();
    }

    private void values(int[] types) {
        for (int t : types) expressions.value(t);
    }

    /** A local of the type that may be written; there always is one. */
    int localOf(int valueType) {
        int start = rng.below(locals.size());
        for (int i = 0; i < locals.size(); i++) {
            int local = (start + i) % locals.size();
            if (locals.get(local) == valueType) return local;
        }
        throw new AssertionError(ValType.name(valueType));
    }

    void setLocals(int[] types) {
        for (int i = types.length - 1; i >= 0; i--) op(LOCAL_SET, localOf(types[i]));
    }

    /** Replaces any NaN on the stack by the canonical one; other types are left alone. */
    void canonical(int valueType) {
        if (valueType != ValType.F32 && valueType != ValType.F64) return;
        int slot = valueType == ValType.F32 ? 0 : 1;
        if (canonicalScratch[slot] < 0) canonicalScratch[slot] = scratch(valueType);
        int local = canonicalScratch[slot];
        op(LOCAL_TEE, local);
        if (slot == 0) code.f32Bits(0x7FC00000);
        else code.f64Bits(0x7FF8000000000000L);
        module.written[slot == 0 ? F32_CONST : F64_CONST]++;
        op(LOCAL_GET, local);
        op(LOCAL_GET, local);
        op(slot == 0 ? F32_EQ : F64_EQ);
        op(SELECT);
    }

    // ---- statements ----

    void statements(int count) {
        for (int i = 0; i < count && budget > 0; i++) statement();
    }

    private void statement() {
        budget--;
        boolean deep = labels.size() > MOST_NESTING;
        switch (rng.below(deep ? 14 : 22)) {
            case 0, 1, 2 -> assign();
            case 3, 4, 5 -> store();
            case 6 -> setGlobal();
            case 7 -> swap();
            case 8, 9 -> call();
            case 10 -> bulk();
            case 11 -> table();
            case 12 -> leaveIf();
            case 13 -> trapIf();
            case 14, 15 -> choose();
            case 16, 17 -> loop();
            case 18 -> loopWithValues();
            case 19 -> blockWithValues();
            case 20 -> dispatch();
            default -> deadEnd();
        }
    }

    private void assign() {
        int t = rng.of(Ops.TYPES);
        int local = localOf(t);
        expressions.value(t);
        op(LOCAL_SET, local);
    }

    private void swap() {
        int t = rng.of(Ops.TYPES);
        int one = localOf(t), other = localOf(t);
        op(LOCAL_GET, one);
        op(LOCAL_GET, other);
        op(LOCAL_SET, one);
        op(LOCAL_SET, other);
    }

    private void store() {
        int which = rng.below(Ops.STORES.length);
        int opcode = Ops.STORES[which];
        int offset = expressions.address();
        expressions.value(Ops.STORE_TYPES[which]);
        op(opcode, rng.between(0, Ops.accessLog2(opcode)), offset);
    }

    private void setGlobal() {
        int global = rng.below(module.mutableGlobals);
        expressions.value(module.globals[global]);
        op(GLOBAL_SET, ModuleGenerator.FIRST_GLOBAL + global);
    }

    private void call() {
        if (rng.percent(35)) {
            setLocals(expressions.callIndirect());
            return;
        }
        int function = rng.below(module.signatures.size());
        setLocals(expressions.call(function));
    }

    private void bulk() {
        switch (rng.below(5)) {
            case 0 -> {
                place();
                expressions.value(ValType.I32);
                length();
                op(MEMORY_FILL, 0);
            }
            case 1 -> {
                place();
                place();
                length();
                op(MEMORY_COPY, 0, 0);
            }
            case 2, 3 -> {
                place();
                smallIndex(ModuleGenerator.PASSIVE_DATA_BYTES);
                smallIndex(ModuleGenerator.PASSIVE_DATA_BYTES / 2);
                op(MEMORY_INIT, ModuleGenerator.PASSIVE_DATA, 0);
            }
            default -> {
                if (rng.percent(50)) op(DATA_DROP, ModuleGenerator.PASSIVE_DATA);
            }
        }
    }

    private void place() {
        expressions.value(ValType.I32);
        if (rng.percent(92)) {
            i32(0xFFFF);
            op(I32_AND);
        }
    }

    private void length() {
        expressions.value(ValType.I32);
        if (rng.percent(95)) {
            i32(rng.percent(80) ? 0x3F : 0x3FFF);
            op(I32_AND);
        }
    }

    /** Mostly below {@code bound}. */
    private void smallIndex(int bound) {
        expressions.value(ValType.I32);
        if (rng.percent(95)) {
            i32(bound + rng.below(2));
            op(I32_REM_U);
        }
    }

    private void table() {
        boolean functions = rng.percent(70);
        int table = functions ? ModuleGenerator.FUNCTION_TABLE : ModuleGenerator.EXTERN_TABLE;
        int size = functions ? ModuleGenerator.TABLE_SIZE : ModuleGenerator.EXTERN_TABLE_SIZE;
        switch (rng.below(7)) {
            case 0 -> {
                smallIndex(size);
                expressions.reference(table);
                op(TABLE_SET, table);
            }
            case 1 -> {
                expressions.reference(table);
                smallIndex(3);
                op(TABLE_GROW, table);
                op(LOCAL_SET, localOf(ValType.I32));
            }
            case 2 -> {
                smallIndex(size);
                expressions.reference(table);
                smallIndex(4);
                op(TABLE_FILL, table);
            }
            case 3 -> {
                smallIndex(size);
                smallIndex(size);
                smallIndex(5);
                op(TABLE_COPY, table, table);
            }
            case 4, 5 -> {
                smallIndex(ModuleGenerator.TABLE_SIZE);
                smallIndex(ModuleGenerator.PASSIVE_ELEMENTS_COUNT);
                smallIndex(3);
                op(TABLE_INIT, ModuleGenerator.PASSIVE_ELEMENTS, ModuleGenerator.FUNCTION_TABLE);
            }
            default -> {
                if (rng.percent(30)) op(ELEM_DROP, ModuleGenerator.PASSIVE_ELEMENTS);
            }
        }
    }

    /** A conditional branch to any label around, or a conditional return. */
    private void leaveIf() {
        int label = rng.below(labels.size());
        int[] carried = labels.get(labels.size() - 1 - label);
        if (rng.percent(60)) {
            values(carried);
            expressions.condition();
            op(BR_IF, label);
            setLocals(carried);
        } else {
            expressions.condition();
            block(IF, BodyWriter.EMPTY, new int[0]);
            if (rng.percent(50)) {
                values(carried);
                op(BR, label + 1);
            } else {
                values(type.results());
                op(RETURN);
            }
            end();
        }
    }

    private void trapIf() {
        if (!rng.percent(30)) {
            op(NOP);
            return;
        }
        expressions.value(ValType.I32);
        i32(rng.between(1, 63));
        op(I32_AND);
        op(I32_EQZ);
        block(IF, BodyWriter.EMPTY, new int[0]);
        op(UNREACHABLE);
        end();
    }

    private void choose() {
        expressions.condition();
        block(IF, BodyWriter.EMPTY, new int[0]);
        statements(rng.between(1, 3));
        if (rng.percent(60)) {
            op(ELSE);
            statements(rng.between(1, 3));
        }
        end();
    }

    /** A loop that ends by count or fuel, whatever its body branches to. */
    private void loop() {
        int counter = scratch(ValType.I32);
        i32(rng.between(1, TURNS));
        op(LOCAL_SET, counter);
        block(BLOCK, BodyWriter.EMPTY, new int[0]);
        block(LOOP, BodyWriter.EMPTY, new int[0]);
        turn(counter);
        op(BR_IF, 1);
        statements(rng.between(1, 4));
        op(BR, 0);
        end();
        end();
    }

    /** Takes a turn's fuel and leaves whether it was the last. */
    private void turn(int counter) {
        takeFuel();
        op(LOCAL_GET, counter);
        i32(1);
        op(I32_SUB);
        op(LOCAL_TEE, counter);
        i32(0);
        op(I32_LT_S);
        op(GLOBAL_GET, ModuleGenerator.FUEL_GLOBAL);
        i32(0);
        op(I32_LT_S);
        op(I32_OR);
    }

    /** A loop whose values travel as its parameters, around by a conditional branch that keeps them. */
    private void loopWithValues() {
        int[] carried = module.types(rng.between(1, 3));
        int counter = scratch(ValType.I32);
        i32(rng.between(1, TURNS));
        op(LOCAL_SET, counter);
        values(carried);
        blockOfType(BLOCK, new FuncType(carried, carried));
        blockOfType(LOOP, new FuncType(carried, carried));
        setLocals(carried);
        turn(counter);
        block(IF, BodyWriter.EMPTY, new int[0]);
        values(carried);
        op(BR, 2);
        end();
        statements(rng.between(1, 3));
        values(carried);
        expressions.condition();
        op(BR_IF, 0);
        end();
        end();
        setLocals(carried);
    }

    private void blockWithValues() {
        int[] parameters = module.types(rng.below(3)), results = module.types(rng.between(1, 3));
        values(parameters);
        boolean two = rng.percent(50);
        if (two) expressions.condition();
        blockOfType(two ? IF : BLOCK, new FuncType(parameters, results));
        setLocals(parameters);
        statements(rng.below(3));
        values(results);
        if (two) {
            op(ELSE);
            setLocals(parameters);
            statements(rng.below(3));
            values(results);
        }
        end();
        setLocals(results);
    }

    /** A {@code br_table} over blocks that fall into each other. */
    private void dispatch() {
        int cases = rng.between(1, 4);
        for (int i = 0; i <= cases; i++) block(BLOCK, BodyWriter.EMPTY, new int[0]);
        smallIndex(cases + 2);
        int entries = rng.between(0, 6);
        op(BR_TABLE, entries);
        for (int i = 0; i <= entries; i++) code.immediate(rng.between(0, cases));
        for (int i = 0; i < cases; i++) {
            end();
            statements(rng.below(3));
            if (rng.percent(40)) op(BR, cases - 1 - i);
        }
        end();
    }

    /** Code after a branch, whose operand stack is anything. */
    private void deadEnd() {
        block(BLOCK, BodyWriter.EMPTY, new int[0]);
        op(BR, 0);
        switch (rng.below(4)) {
            case 0 -> op(I32_ADD).op(DROP);
            case 1 -> {
                op(SELECT);
                op(DROP);
            }
            case 2 -> statements(1);
            default -> op(UNREACHABLE);
        }
        end();
    }
}
