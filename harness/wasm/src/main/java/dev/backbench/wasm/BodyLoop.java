package dev.backbench.wasm;

import java.util.Arrays;
import java.util.List;

/**
 * Layer one: decodes and validates a function body in one pass over its bytes and tells the sink of each reachable operation.
 *
 * <p>Two stacks. Operand types are bytes, {@link #UNKNOWN} where unreachable code makes them up. Control frames are numbered from the outside, 0 being the
 * function's own; the sink is told of frames by that number. {@code live} is whether the current position can be reached at all (the sink hears nothing
 * otherwise); a frame is polymorphic after an unconditional branch in it, which is the specification's weaker notion.
 *
 * <p>Invariant: {@code types.length >= sp + (end - pos)}: an operation takes at least one byte and pushes at most one operand; those that push more reserve anew.
 */
final class BodyLoop {
    static final byte UNKNOWN = 0;
    private static final int FUNCTION = 0, BLOCK = 1, LOOP = 2, IF = 3, ELSE = 4;
    private static final byte[] NO_TYPES = {};

    private final WasmModule module;
    private final byte[] code;
    private final SsaSink sink;
    private final byte[][] typeParameters;
    private final byte[][] typeResults;
    private final byte[][] single = new byte[128][];

    private int pos;
    private int end;
    private int at; // offset of the operation being decoded
    private byte[] types = new byte[64];
    private int sp;
    private int base; // of the innermost frame
    private boolean live;
    private byte[] localTypes = new byte[64];
    private int localCount;

    private int frame;
    private byte[] frameKind = new byte[16];
    private int[] frameBase = new int[16];
    private byte[][] frameParameters = new byte[16][];
    private byte[][] frameResults = new byte[16][];
    private boolean[] framePolymorphic = new boolean[16];
    private boolean[] frameLive = new boolean[16];     // at its beginning
    private boolean[] frameBranched = new boolean[16]; // whether a live branch goes to its label
    private int[] targets = new int[16];

    BodyLoop(WasmModule module, SsaSink sink) {
        this.module = module;
        this.sink = sink;
        code = module.bytes();
        List<FuncType> list = module.types();
        typeParameters = new byte[list.size()][];
        typeResults = new byte[list.size()][];
        for (int i = 0; i < typeResults.length; i++) {
            typeParameters[i] = bytes(list.get(i).parameters());
            typeResults[i] = bytes(list.get(i).results());
        }
    }

    private static byte[] bytes(int[] types) {
        byte[] bytes = new byte[types.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) types[i];
        return bytes;
    }

    /** Offset in the module of the operation being translated. */
    int offset() {
        return at;
    }

    void run(int function) {
        at = pos = module.bodyStart(function);
        end = module.bodyEnd(function);
        int type = module.functionTypeIndex(function);
        locals(typeParameters[type]);
        sp = base = 0;
        reserve(0);
        live = true;
        frame = -1;
        sink.begin(localTypes, localCount, typeParameters[type].length);
        sink.block(0, 0, NO_TYPES, typeResults[type]);
        push(FUNCTION, NO_TYPES, typeResults[type]);
        loop();
    }

    private void locals(byte[] parameters) {
        ByteReader in = new ByteReader(code, pos, end);
        int groups = in.count(Integer.MAX_VALUE, "groups of locals");
        long count = parameters.length;
        localCount = 0;
        for (byte type : parameters) addLocals(1, type);
        while (groups-- > 0) {
            int start = in.pos;
            int more = in.u32();
            count += more & 0xFFFF_FFFFL;
            if (count > 0xFFFF_FFFFL) throw in.malformed(start, "too many locals");
            int type = in.valueType();
            if (count > Limits.LOCALS) throw new WasmException(WasmException.Kind.LIMIT, start, count + " locals, at most " + Limits.LOCALS);
            addLocals(more, type);
        }
        pos = in.pos;
    }

    private void addLocals(int count, int type) {
        if (localCount + count > localTypes.length) localTypes = Arrays.copyOf(localTypes, 2 * (localCount + count));
        Arrays.fill(localTypes, localCount, localCount + count, (byte) type);
        localCount += count;
    }

    private void reserve(int operands) {
        int need = sp + operands + (end - pos) + 1;
        if (need > types.length) types = Arrays.copyOf(types, Math.max(need, 2 * types.length));
        sink.reserve(need);
    }

    // ---- the loop ----

    private void loop() {
        final byte[] code = this.code;
        final int[] table = OpTable.INFO;
        final SsaSink sink = this.sink;
        final int end = this.end;
        byte[] types = this.types;
        int pos = this.pos, sp = this.sp, base = this.base;
        boolean live = this.live;
        while (true) {
            this.at = pos;
            if (pos >= end) throw malformed("unexpected end of section or function: END opcode expected");
            int op = code[pos++] & 0xFF, info = table[op];
            switch (info & 0xFF) {
                case OpTable.LOCAL_GET -> {
                    int local;
                    if (pos < end && (local = code[pos]) >= 0) {
                        pos++;
                    } else {
                        long wide = u32(pos);
                        local = (int) wide;
                        pos = (int) (wide >> 32);
                    }
                    if (Integer.compareUnsigned(local, localCount) >= 0) throw unknown("local", local);
                    types[sp] = localTypes[local];
                    if (live) sink.localGet(sp, local);
                    sp++;
                }
                case OpTable.LOCAL_SET, OpTable.LOCAL_TEE -> {
                    int local;
                    if (pos < end && (local = code[pos]) >= 0) {
                        pos++;
                    } else {
                        long wide = u32(pos);
                        local = (int) wide;
                        pos = (int) (wide >> 32);
                    }
                    if (Integer.compareUnsigned(local, localCount) >= 0) throw unknown("local", local);
                    byte type = localTypes[local];
                    if (sp > base && types[sp - 1] == type) sp--;
                    else sp = popSlow(sp, type);
                    if (live) sink.localSet(sp, local);
                    if (op == Opcode.LOCAL_TEE) types[sp++] = type;
                }
                case OpTable.I32_CONST -> {
                    int value;
                    if (pos < end && (value = code[pos]) >= 0) {
                        pos++;
                        value = value << 25 >> 25;
                    } else {
                        this.pos = pos;
                        value = (int) signed(32);
                        pos = this.pos;
                    }
                    types[sp] = ValType.I32;
                    if (live) sink.constI32(sp, value);
                    sp++;
                }
                case OpTable.UNARY -> {
                    byte type = (byte) (info >> 8);
                    if (sp > base && types[sp - 1] == type) sp--;
                    else sp = popSlow(sp, type);
                    if (live) sink.unary(op, sp);
                    types[sp++] = (byte) (info >> 16);
                }
                case OpTable.BINARY -> {
                    byte type = (byte) (info >> 8);
                    if (sp - 1 > base && types[sp - 1] == type && types[sp - 2] == type) sp -= 2;
                    else sp = popSlow(popSlow(sp, type), type);
                    if (live) sink.binary(op, sp);
                    types[sp++] = (byte) (info >> 16);
                }
                case OpTable.LOAD, OpTable.STORE -> {
                    int align, offset;
                    if (pos + 1 < end && code[pos] >= 0 && code[pos + 1] >= 0) {
                        align = code[pos];
                        offset = code[pos + 1];
                        pos += 2;
                    } else {
                        long wide = u32(pos);
                        align = (int) wide;
                        wide = u32((int) (wide >> 32));
                        offset = (int) wide;
                        pos = (int) (wide >> 32);
                    }
                    if (Integer.compareUnsigned(align, info >>> 24) > 0 || noMemory()) throw memoryArgument(align);
                    byte type = (byte) (info >> 8);
                    if ((info & 0xFF) == OpTable.LOAD) {
                        if (sp > base && types[sp - 1] == ValType.I32) sp--;
                        else sp = popSlow(sp, ValType.I32);
                        if (live) sink.load(op, sp, offset & 0xFFFF_FFFFL, align);
                        types[sp++] = (byte) (info >> 16);
                    } else {
                        if (sp - 1 > base && types[sp - 1] == type && types[sp - 2] == ValType.I32) sp -= 2;
                        else sp = popSlow(popSlow(sp, type), ValType.I32);
                        if (live) sink.store(op, sp, offset & 0xFFFF_FFFFL, align);
                    }
                }
                default -> {
                    this.pos = pos;
                    this.sp = sp;
                    this.base = base;
                    this.live = live;
                    if (!cold(op, info & 0xFF)) return;
                    pos = this.pos;
                    sp = this.sp;
                    base = this.base;
                    live = this.live;
                    types = this.types;
                }
            }
        }
    }

    /** Every other operation, on the fields. @return false at the function's end */
    private boolean cold(int op, int kind) {
        switch (kind) {
            case OpTable.NOP -> {}
            case OpTable.BLOCK -> block(BLOCK);
            case OpTable.LOOP -> block(LOOP);
            case OpTable.IF -> block(IF);
            case OpTable.ELSE -> elseArm();
            case OpTable.END -> {
                return endOfFrame();
            }
            case OpTable.BR -> br();
            case OpTable.BR_IF -> brIf();
            case OpTable.BR_TABLE -> brTable();
            case OpTable.RETURN -> {
                match(frameResults[0]);
                if (live) sink.ret(sp - frameResults[0].length, frameResults[0].length);
                stop();
            }
            case OpTable.UNREACHABLE -> {
                if (live) sink.unreachable();
                stop();
            }
            case OpTable.CALL -> call();
            case OpTable.CALL_INDIRECT -> callIndirect();
            case OpTable.DROP -> popAny();
            case OpTable.SELECT -> select();
            case OpTable.SELECT_T -> selectTyped();
            case OpTable.I64_CONST -> {
                long value = signed(64);
                if (live) sink.constI64(sp, value);
                push(ValType.I64);
            }
            case OpTable.F32_CONST -> {
                int bits = (int) fixed(4);
                if (live) sink.constF32(sp, bits);
                push(ValType.F32);
            }
            case OpTable.F64_CONST -> {
                long bits = fixed(8);
                if (live) sink.constF64(sp, bits);
                push(ValType.F64);
            }
            case OpTable.GLOBAL_GET, OpTable.GLOBAL_SET -> global(op);
            case OpTable.ILLEGAL -> {
                return prefixed(op);
            }
            default -> rare(op, kind);
        }
        return true;
    }

    private boolean prefixed(int op) {
        ByteReader in = new ByteReader(code, pos, end);
        OpTable.check(in, op, at);
        pos = in.pos;
        in.pos = at + 1;
        int full = 0x100 + in.u32(), info = OpTable.INFO[full];
        if ((info & 0xFF) == OpTable.UNARY) {
            pop((byte) (info >> 8));
            if (live) sink.unary(full, sp);
            push(info >> 16 & 0xFF);
        } else {
            rare(full, info & 0xFF);
        }
        return true;
    }

    private void rare(int op, int kind) {
        switch (kind) {
            case OpTable.MEMORY_SIZE -> {
                memoryIndex();
                if (live) sink.memorySize(sp);
                push(ValType.I32);
            }
            case OpTable.MEMORY_GROW -> {
                memoryIndex();
                pop(ValType.I32);
                if (live) sink.memoryGrow(sp);
                push(ValType.I32);
            }
            case OpTable.MEMORY_INIT -> {
                int segment = dataIndex();
                memoryIndex();
                popThree(ValType.I32);
                if (live) sink.memoryInit(segment, sp);
            }
            case OpTable.DATA_DROP -> {
                int segment = dataIndex();
                if (live) sink.dataDrop(segment);
            }
            case OpTable.MEMORY_COPY -> {
                memoryIndex();
                memoryIndex();
                popThree(ValType.I32);
                if (live) sink.memoryCopy(sp);
            }
            case OpTable.MEMORY_FILL -> {
                memoryIndex();
                popThree(ValType.I32);
                if (live) sink.memoryFill(sp);
            }
            case OpTable.REF_NULL -> {
                ByteReader in = new ByteReader(code, pos, end);
                int type = in.heapType();
                pos = in.pos;
                if (live) sink.refNull(type, sp);
                push(type);
            }
            case OpTable.REF_IS_NULL -> {
                int type = popAny();
                if (type != UNKNOWN && !ValType.isReference(type)) throw invalid("type mismatch: a reference expected, found " + ValType.name(type));
                if (live) sink.refIsNull(sp);
                push(ValType.I32);
            }
            case OpTable.REF_FUNC -> {
                int function = index(module.functionCount(), "function");
                if (!module.references.get(function)) throw invalid("undeclared function reference " + function);
                if (live) sink.refFunc(function, sp);
                push(ValType.FUNCREF);
            }
            default -> tableOperation(kind);
        }
    }

    private void tableOperation(int kind) {
        int segment = kind == OpTable.TABLE_INIT || kind == OpTable.ELEM_DROP ? index(module.elements().size(), "elem segment") : 0;
        if (kind == OpTable.ELEM_DROP) {
            if (live) sink.elemDrop(segment);
            return;
        }
        int table = index(module.tables().size(), "table"), element = module.tables().get(table).elementType();
        switch (kind) {
            case OpTable.TABLE_GET -> {
                pop(ValType.I32);
                if (live) sink.tableGet(table, sp);
                push(element);
            }
            case OpTable.TABLE_SET -> {
                pop(element);
                pop(ValType.I32);
                if (live) sink.tableSet(table, sp);
            }
            case OpTable.TABLE_SIZE -> {
                if (live) sink.tableSize(table, sp);
                push(ValType.I32);
            }
            case OpTable.TABLE_GROW -> {
                pop(ValType.I32);
                pop(element);
                if (live) sink.tableGrow(table, sp);
                push(ValType.I32);
            }
            case OpTable.TABLE_FILL -> {
                pop(ValType.I32);
                pop(element);
                pop(ValType.I32);
                if (live) sink.tableFill(table, sp);
            }
            case OpTable.TABLE_COPY -> {
                int source = index(module.tables().size(), "table");
                checkElement(element, module.tables().get(source).elementType());
                popThree(ValType.I32);
                if (live) sink.tableCopy(table, source, sp);
            }
            case OpTable.TABLE_INIT -> {
                checkElement(element, module.elements().get(segment).elementType());
                popThree(ValType.I32);
                if (live) sink.tableInit(segment, table, sp);
            }
            default -> throw new AssertionError(kind);
        }
    }

    private void checkElement(int expected, int found) {
        if (expected != found) throw mismatch(expected, found);
    }

    private void global(int op) {
        int global = index(module.globalTypes().size(), "global");
        WasmModule.GlobalType type = module.globalTypes().get(global);
        if (op == Opcode.GLOBAL_GET) {
            if (live) sink.globalGet(global, sp);
            push(type.type());
        } else {
            if (!type.mutable()) throw invalid("global " + global + " is immutable");
            pop(type.type());
            if (live) sink.globalSet(global, sp);
        }
    }

    private void call() {
        int function = index(module.functionCount(), "function"), type = module.functionTypeIndex(function);
        popAll(typeParameters[type]);
        if (typeResults[type].length > 1) reserve(typeResults[type].length);
        if (live) sink.call(function, typeParameters[type].length, sp, typeResults[type].length);
        pushAll(typeResults[type]);
    }

    private void callIndirect() {
        int type = index(typeResults.length, "type"), table = index(module.tables().size(), "table");
        if (module.tables().get(table).elementType() != ValType.FUNCREF) throw mismatch(ValType.FUNCREF, module.tables().get(table).elementType());
        pop(ValType.I32);
        popAll(typeParameters[type]);
        if (typeResults[type].length > 1) reserve(typeResults[type].length);
        if (live) sink.callIndirect(table, type, typeParameters[type].length, sp, typeResults[type].length);
        pushAll(typeResults[type]);
    }

    private void select() {
        pop(ValType.I32);
        int right = popAny(), left = popAny();
        if (ValType.isReference(right) || ValType.isReference(left)) throw invalid("type mismatch: select of references needs a type");
        if (left != right && left != UNKNOWN && right != UNKNOWN) throw mismatch(left, right);
        int type = left != UNKNOWN ? left : right;
        if (live) sink.select(type, sp);
        types[sp++] = (byte) type;
    }

    private void selectTyped() {
        ByteReader in = new ByteReader(code, pos, end);
        int count = in.u32();
        if (count != 1) throw invalid("invalid result arity of select: " + Integer.toUnsignedString(count));
        int type = in.valueType();
        pos = in.pos;
        pop(ValType.I32);
        pop(type);
        pop(type);
        if (live) sink.select(type, sp);
        push(type);
    }

    // ---- control ----

    private void block(int kind) {
        ByteReader in = new ByteReader(code, pos, end);
        long type = in.signed(33);
        byte[] parameters = NO_TYPES, results = NO_TYPES;
        if (type >= 0) {
            if (type >= typeResults.length) throw invalid("unknown type " + type);
            parameters = typeParameters[(int) type];
            results = typeResults[(int) type];
        } else if (type != -64) {
            results = single(in.valueType(type < -64 ? 0xFF : (int) type & 0x7F, pos));
        }
        pos = in.pos;
        if (kind == IF) pop(ValType.I32);
        popAll(parameters);
        if (live) {
            switch (kind) {
                case BLOCK -> sink.block(frame + 1, sp, parameters, results);
                case LOOP -> sink.loop(frame + 1, sp, parameters);
                default -> sink.ifThen(frame + 1, sp, parameters, results);
            }
        }
        push(kind, parameters, results);
    }

    private byte[] single(int type) {
        if (single[type] == null) single[type] = new byte[] {(byte) type};
        return single[type];
    }

    private void push(int kind, byte[] parameters, byte[] results) {
        if (++frame == frameBase.length) growFrames();
        frameKind[frame] = (byte) kind;
        frameBase[frame] = base = sp;
        frameParameters[frame] = parameters;
        frameResults[frame] = results;
        framePolymorphic[frame] = false;
        frameLive[frame] = live;
        frameBranched[frame] = false;
        if (parameters.length > 1) reserve(parameters.length);
        pushAll(parameters);
    }

    private void growFrames() {
        int size = 2 * frame;
        frameKind = Arrays.copyOf(frameKind, size);
        frameBase = Arrays.copyOf(frameBase, size);
        frameParameters = Arrays.copyOf(frameParameters, size);
        frameResults = Arrays.copyOf(frameResults, size);
        framePolymorphic = Arrays.copyOf(framePolymorphic, size);
        frameLive = Arrays.copyOf(frameLive, size);
        frameBranched = Arrays.copyOf(frameBranched, size);
    }

    private void elseArm() {
        if (frameKind[frame] != IF) throw malformed("else without if");
        match(frameResults[frame]);
        exact(frameResults[frame].length);
        if (frameLive[frame]) sink.elseArm(frame, live);
        frameBranched[frame] |= live;
        frameKind[frame] = ELSE;
        framePolymorphic[frame] = false;
        live = frameLive[frame];
        sp = base;
        reserve(frameParameters[frame].length);
        pushAll(frameParameters[frame]);
    }

    private boolean endOfFrame() {
        byte[] results = frameResults[frame];
        match(results);
        exact(results.length);
        int kind = frameKind[frame];
        if (kind == IF && !Arrays.equals(frameParameters[frame], results)) throw invalid("type mismatch: an if without else must yield what it takes");
        if (frameLive[frame]) {
            switch (kind) {
                case BLOCK, ELSE -> sink.end(frame, live);
                case LOOP -> sink.endLoop(frame, live, results.length);
                case IF -> sink.endIf(frame, live);
                default -> sink.endFunction(live);
            }
            live |= kind != LOOP && frameBranched[frame] || kind == IF;
        }
        sp = base;
        if (frame-- == 0) {
            if (pos != end) throw malformed("END opcode expected: " + (end - pos) + " bytes after the end of the function");
            return false;
        }
        base = frameBase[frame];
        if (results.length > 1) reserve(results.length);
        pushAll(results);
        return true;
    }

    private byte[] labelTypes(int target) {
        return frameKind[target] == LOOP ? frameParameters[target] : frameResults[target];
    }

    /** Reads a label and gives its frame. */
    private int label() {
        return frame - index(frame + 1, "label");
    }

    private void br() {
        int target = label();
        match(labelTypes(target));
        if (live) {
            sink.br(target, sp);
            frameBranched[target] = true;
        }
        stop();
    }

    private void brIf() {
        int target = label();
        pop(ValType.I32);
        byte[] expected = labelTypes(target);
        match(expected);
        if (live) {
            sink.brIf(target, sp);
            frameBranched[target] = true;
        }
        sp = Math.max(base, sp - expected.length); // unknown operands are known from here
        reserve(expected.length);
        pushAll(expected);
    }

    private void brTable() {
        int count = u32Field();
        if (Integer.compareUnsigned(count, end - pos) >= 0) throw malformed("unexpected end: br_table of " + Integer.toUnsignedString(count) + " labels");
        if (count > Limits.BRANCH_TABLE) {
            throw new WasmException(WasmException.Kind.LIMIT, at, "br_table of " + count + " labels, at most " + Limits.BRANCH_TABLE);
        }
        if (count >= targets.length) targets = new int[Math.max(count + 1, 2 * targets.length)];
        for (int i = 0; i <= count; i++) targets[i] = label();
        pop(ValType.I32);
        int arity = labelTypes(targets[count]).length;
        for (int i = 0; i <= count; i++) {
            byte[] expected = labelTypes(targets[i]);
            if (expected.length != arity) throw invalid("type mismatch: br_table labels of " + arity + " and " + expected.length + " operands");
            match(expected);
        }
        if (live) {
            for (int i = 0; i <= count; i++) frameBranched[targets[i]] = true;
            sink.brTable(targets, count + 1, sp);
        }
        stop();
    }

    /** What follows cannot be reached. */
    private void stop() {
        live = false;
        sp = base;
        framePolymorphic[frame] = true;
    }

    // ---- operands ----

    /** Checks that the topmost operands are of the types given, without taking them. */
    private void match(byte[] expected) {
        int top = sp;
        for (int i = expected.length - 1; i >= 0; i--) {
            if (top == base) {
                if (framePolymorphic[frame]) return;
                throw invalid("type mismatch: " + ValType.name(expected[i]) + " expected, found nothing");
            }
            byte found = types[--top];
            if (found != expected[i] && found != UNKNOWN) throw mismatch(expected[i], found);
        }
    }

    /** Checks that a frame ends with no more operands than its results. */
    private void exact(int count) {
        if (sp - base > count) throw invalid("type mismatch: " + (sp - base - count) + " operands too many at the end of a block");
    }

    private int popSlow(int sp, int expected) {
        if (sp > base) {
            byte found = types[sp - 1];
            if (found != expected && found != UNKNOWN) throw mismatch(expected, found);
            return sp - 1;
        }
        if (!framePolymorphic[frame]) throw invalid("type mismatch: " + ValType.name(expected) + " expected, found nothing");
        return sp;
    }

    private void pop(int expected) {
        sp = popSlow(sp, expected);
    }

    private int popAny() {
        if (sp > base) return types[--sp];
        if (!framePolymorphic[frame]) throw invalid("type mismatch: an operand expected, found nothing");
        return UNKNOWN;
    }

    private void popThree(int type) {
        pop(type);
        pop(type);
        pop(type);
    }

    private void popAll(byte[] expected) {
        match(expected);
        sp = Math.max(base, sp - expected.length);
    }

    private void push(int type) {
        types[sp++] = (byte) type;
    }

    private void pushAll(byte[] list) {
        for (byte type : list) types[sp++] = type;
    }

    // ---- immediates ----

    private int index(int size, String what) {
        int index = u32Field();
        if (Integer.compareUnsigned(index, size) >= 0) throw unknown(what, index);
        return index;
    }

    private int dataIndex() {
        if (module.dataCount < 0) throw malformed("data count section required");
        return index(module.dataCount, "data segment");
    }

    private void memoryIndex() {
        int memory = u32Field();
        if (memory != 0 || noMemory()) throw unknown("memory", memory);
    }

    private boolean noMemory() {
        return module.memories().isEmpty();
    }

    private int u32Field() {
        long wide = u32(pos);
        pos = (int) (wide >> 32);
        return (int) wide;
    }

    /** An unsigned 32-bit LEB128 number at {@code pos}: value in the low half, next position in the high one. */
    private long u32(int pos) {
        if (pos < end && code[pos] >= 0) return (long) (pos + 1) << 32 | code[pos];
        ByteReader in = new ByteReader(code, pos, end);
        int value = in.u32();
        return (long) in.pos << 32 | value & 0xFFFF_FFFFL;
    }

    private long signed(int bits) {
        ByteReader in = new ByteReader(code, pos, end);
        long value = in.signed(bits);
        pos = in.pos;
        return value;
    }

    private long fixed(int count) {
        if (end - pos < count) throw malformed("unexpected end");
        long bits = 0;
        for (int i = 0; i < count; i++) bits |= (code[pos++] & 0xFFL) << 8 * i;
        return bits;
    }

    // ---- errors ----

    private WasmException malformed(String what) {
        return new WasmException(WasmException.Kind.MALFORMED, at, what);
    }

    private WasmException invalid(String what) {
        return new WasmException(WasmException.Kind.INVALID, at, what);
    }

    private WasmException mismatch(int expected, int found) {
        return invalid("type mismatch: " + ValType.name(expected) + " expected, found " + ValType.name(found));
    }

    private WasmException unknown(String what, int index) {
        return invalid("unknown " + what + " " + Integer.toUnsignedString(index));
    }

    private WasmException memoryArgument(int align) {
        if (Integer.compareUnsigned(align, 0x80) >= 0) return malformed("malformed memop flags");
        if (align >= 0x40) return Feature.MULTI_MEMORY.at(at);
        return noMemory() ? unknown("memory", 0) : invalid("alignment must not be larger than natural");
    }
}
