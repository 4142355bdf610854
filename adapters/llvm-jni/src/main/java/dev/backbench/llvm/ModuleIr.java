package dev.backbench.llvm;

import dev.backbench.exec.elf.FunctionSymbol;
import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.CompileOptions.Bounds;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * One LLVM context with one module in it, for one compile: the types, declarations, metadata and attributes that all functions share. A function of the
 * Wasm module is {@code f<index>}; one that escapes follows the boundary convention of {@code docs/abi.md}, any other is internal and fast-call
 * with several results returned as a struct.
 */
final class ModuleIr implements AutoCloseable {
    private static final MethodHandle CONTEXT_CREATE = Llvm.slow("LLVMContextCreate", 0);
    private static final MethodHandle CONTEXT_DISPOSE = Llvm.slow("LLVMContextDispose", 1);
    private static final MethodHandle MODULE_CREATE = Llvm.slow("LLVMModuleCreateWithNameInContext", 2);
    private static final MethodHandle MODULE_DISPOSE = Llvm.slow("LLVMDisposeModule", 1);
    private static final MethodHandle CREATE_BUILDER = Llvm.slow("LLVMCreateBuilderInContext", 1);
    private static final MethodHandle DISPOSE_BUILDER = Llvm.slow("LLVMDisposeBuilder", 1);
    private static final MethodHandle INT_TYPE = Llvm.slow("LLVMIntTypeInContext", 2);
    private static final MethodHandle FLOAT_TYPE = Llvm.slow("LLVMFloatTypeInContext", 1);
    private static final MethodHandle DOUBLE_TYPE = Llvm.slow("LLVMDoubleTypeInContext", 1);
    private static final MethodHandle VOID_TYPE = Llvm.slow("LLVMVoidTypeInContext", 1);
    private static final MethodHandle POINTER_TYPE = Llvm.slow("LLVMPointerTypeInContext", 2);
    private static final MethodHandle ARRAY_TYPE = Llvm.slow("LLVMArrayType2", 2);
    private static final MethodHandle MD_KIND = Llvm.slow("LLVMGetMDKindIDInContext", 3);
    private static final MethodHandle MD_STRING = Llvm.slow("LLVMMDStringInContext2", 3);
    private static final MethodHandle MD_NODE = Llvm.slow("LLVMMDNodeInContext2", 3);
    private static final MethodHandle MD_AS_VALUE = Llvm.slow("LLVMMetadataAsValue", 2);
    private static final MethodHandle VALUE_AS_MD = Llvm.slow("LLVMValueAsMetadata", 1);
    private static final MethodHandle ATTRIBUTE_KIND = Llvm.slow("LLVMGetEnumAttributeKindForName", 2);
    private static final MethodHandle ENUM_ATTRIBUTE = Llvm.slow("LLVMCreateEnumAttribute", 3);
    private static final MethodHandle STRING_ATTRIBUTE = Llvm.slow("LLVMCreateStringAttribute", 5);
    private static final MethodHandle INTRINSIC = Llvm.slow("LLVMGetIntrinsicDeclaration", 4);
    private static final MethodHandle INTRINSIC_TYPE = Llvm.slow("LLVMIntrinsicGetType", 4);
    private static final MethodHandle CONST_NULL = Llvm.slow("LLVMConstNull", 1);
    private static final long MODULE_NAME = Llvm.text("wasm");

    /** What a memory access touches; accesses of unlike classes never alias. */
    enum Region { MEMORY, GLOBAL, MEMORY_SIZE, TABLE_LENGTH, ELEMENT, RESULT }

    final WasmModule wasm;
    final InstanceLayout layout;
    final LevelTraits level;
    /** No checks on memory accesses: they fault. */
    final boolean guard;
    final long context;
    final long module;
    final long builder;
    /** A second insertion point: the function's prologue, and block starts. */
    final long sideBuilder;
    final long i1, i8, i16, i32, i64, f32, f64, pointer, voidType, i1Zero, i1One, i64Zero, nullPointer;
    final long roundToNearest, mayTrap;
    private final long tbaaKind, invariantKind, emptyNode;
    private final long[] tbaa = new long[Region.values().length];
    private final long[] functions;
    private final long[] boundaryTypes;
    private final long[] internalTypes;
    private final long[] intrinsics = new long[Intrinsic.COUNT * 16];
    private final long[] intrinsicTypes = new long[Intrinsic.COUNT * 16];
    private final long[] scratch = new long[8];

    ModuleIr(WasmModule wasm, LevelTraits level, Bounds bounds) {
        this.wasm = wasm;
        this.level = level;
        guard = bounds == Bounds.GUARD;
        layout = new InstanceLayout(wasm);
        context = create();
        module = Llvm.call(MODULE_CREATE, MODULE_NAME, context);
        builder = Llvm.call(CREATE_BUILDER, context);
        sideBuilder = Llvm.call(CREATE_BUILDER, context);
        i1 = Llvm.call(INT_TYPE, context, 1);
        i8 = Llvm.call(INT_TYPE, context, 8);
        i16 = Llvm.call(INT_TYPE, context, 16);
        i32 = Llvm.call(INT_TYPE, context, 32);
        i64 = Llvm.call(INT_TYPE, context, 64);
        f32 = Llvm.call(FLOAT_TYPE, context);
        f64 = Llvm.call(DOUBLE_TYPE, context);
        voidType = Llvm.call(VOID_TYPE, context);
        pointer = Llvm.call(POINTER_TYPE, context, 0);
        i1Zero = Llvm.constant(i1, 0);
        i1One = Llvm.constant(i1, 1);
        i64Zero = Llvm.constant(i64, 0);
        nullPointer = Llvm.call(CONST_NULL, pointer);
        tbaaKind = metadataKind("tbaa");
        invariantKind = metadataKind("invariant.load");
        emptyNode = Llvm.call(MD_AS_VALUE, context, node());
        roundToNearest = Llvm.call(MD_AS_VALUE, context, string("round.tonearest"));
        mayTrap = Llvm.call(MD_AS_VALUE, context, string("fpexcept.maytrap"));
        makeTbaa();
        boundaryTypes = new long[wasm.types().size()];
        internalTypes = new long[wasm.types().size()];
        functions = new long[wasm.functionCount()];
        declareFunctions();
    }

    private static long create() {
        try {
            return (long) CONTEXT_CREATE.invokeExact();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    @Override
    public void close() {
        Llvm.call(DISPOSE_BUILDER, builder);
        Llvm.call(DISPOSE_BUILDER, sideBuilder);
        Llvm.call(MODULE_DISPOSE, module);
        Llvm.call(CONTEXT_DISPOSE, context);
    }

    // ---- types ----

    /** The LLVM type of a {@link ValType}; references are 64-bit handles. */
    long type(int valType) {
        return switch (valType) {
            case ValType.I32 -> i32;
            case ValType.F32 -> f32;
            case ValType.F64 -> f64;
            default -> i64;
        };
    }

    long arrayOf(long element, int count) {
        return Llvm.call(ARRAY_TYPE, element, count);
    }

    /** The boundary convention's type of a function type: instance, place of several results, parameters. */
    long boundaryType(int typeIndex) {
        long known = boundaryTypes[typeIndex];
        if (known != 0) return known;
        FuncType type = wasm.types().get(typeIndex);
        long[] parameters = new long[type.parameters().length + 2];
        int count = 0;
        parameters[count++] = pointer;
        if (type.results().length > 1) parameters[count++] = pointer;
        for (int p : type.parameters()) parameters[count++] = type(p);
        long result = type.results().length == 1 ? type(type.results()[0]) : voidType;
        return boundaryTypes[typeIndex] = Llvm.functionType(result, parameters, count);
    }

    /** The type inside the module: several results are one struct. */
    long internalType(int typeIndex) {
        long known = internalTypes[typeIndex];
        if (known != 0) return known;
        FuncType type = wasm.types().get(typeIndex);
        if (type.results().length < 2) return internalTypes[typeIndex] = boundaryType(typeIndex);
        long[] results = new long[type.results().length];
        for (int i = 0; i < results.length; i++) results[i] = type(type.results()[i]);
        long struct = Llvm.structType(context, results, results.length);
        long[] parameters = new long[type.parameters().length + 1];
        int count = 0;
        parameters[count++] = pointer;
        for (int p : type.parameters()) parameters[count++] = type(p);
        return internalTypes[typeIndex] = Llvm.functionType(struct, parameters, count);
    }

    /** A routine of the runtime with {@code count} 64-bit parameters behind the instance. */
    long builtinType(int count) {
        scratch[0] = pointer;
        for (int i = 1; i <= count; i++) scratch[i] = i64;
        return Llvm.functionType(i64, scratch, count + 1);
    }

    // ---- functions ----

    /** Whether a defined function follows the boundary convention. */
    boolean escapes(int function) {
        return wasm.escapeIndex(function) >= 0;
    }

    /** The LLVM function of a defined function. */
    long function(int function) {
        return functions[function];
    }

    long functionType(int function) {
        int type = wasm.functionTypeIndex(function);
        return escapes(function) ? boundaryType(type) : internalType(type);
    }

    private void declareFunctions() {
        long[] attributes = functionAttributes();
        long[] instanceAttributes = {enumAttribute("noundef", 0), enumAttribute("nonnull", 0), enumAttribute("align", 16), enumAttribute("dereferenceable", layout.size())};
        try (Arena arena = Arena.ofConfined()) {
            for (int f = wasm.importedFunctionCount(); f < functions.length; f++) {
                long function = Llvm.addFunction(module, arena.allocateFrom(FunctionSymbol.of(f)).address(), functionType(f));
                functions[f] = function;
                if (escapes(f)) {
                    Llvm.setVisibility(function, Llvm.HIDDEN);
                } else {
                    Llvm.setLinkage(function, Llvm.INTERNAL);
                    Llvm.setFunctionConvention(function, Llvm.FAST_CALL);
                }
                for (long a : attributes) Llvm.addAttribute(function, -1, a);
                for (long a : instanceAttributes) Llvm.addAttribute(function, 1, a);
            }
        }
    }

    /**
     * Without {@code disable-tail-calls} unbounded recursion becomes a loop instead of a trap; stack probes touch every page of a large frame, so that overflow is
     * always met in the guard; frame pointers are the ABI's. No {@code mustprogress} and no {@code willreturn}: an empty loop loops.
     */
    private long[] functionAttributes() {
        List<Long> attributes = new java.util.ArrayList<>(List.of(enumAttribute("nounwind", 0), stringAttribute("disable-tail-calls", "true"),
                stringAttribute("probe-stack", "inline-asm"), stringAttribute("frame-pointer", "all")));
        if (level.optimises()) attributes.add(enumAttribute("strictfp", 0));
        if (level.forSize()) attributes.add(enumAttribute("optsize", 0));
        return attributes.stream().mapToLong(Long::longValue).toArray();
    }

    private long enumAttribute(String name, long value) {
        try (Arena arena = Arena.ofConfined()) {
            long kind = (int) Llvm.call(ATTRIBUTE_KIND, arena.allocateFrom(name).address(), name.length());
            return Llvm.call(ENUM_ATTRIBUTE, context, kind, value);
        }
    }

    private long stringAttribute(String name, String value) {
        try (Arena arena = Arena.ofConfined()) {
            return Llvm.call(STRING_ATTRIBUTE, context, arena.allocateFrom(name).address(), name.length(), arena.allocateFrom(value).address(), value.length());
        }
    }

    // ---- intrinsics ----

    private int typeKey(long type) {
        return type == i32 ? 0 : type == i64 ? 1 : type == f32 ? 2 : 3;
    }

    /** A call of an intrinsic overloaded on up to two of i32, i64, f32, f64. */
    long call(Intrinsic which, long first, long second, long[] arguments, int count) {
        int key = which.ordinal() << 4 | typeKey(first) << 2 | typeKey(second);
        if (intrinsics[key] == 0) {
            scratch[0] = first;
            scratch[1] = second;
            declare(which, key);
        }
        return Llvm.call(builder, intrinsicTypes[key], intrinsics[key], arguments, count);
    }

    /** A call of an intrinsic on pointers, overloaded as {@code types} says. */
    long callOn(Intrinsic which, long[] types, long[] arguments, int count) {
        int key = which.ordinal() << 4;
        if (intrinsics[key] == 0) {
            System.arraycopy(types, 0, scratch, 0, types.length);
            declare(which, key);
        }
        return Llvm.call(builder, intrinsicTypes[key], intrinsics[key], arguments, count);
    }

    private void declare(Intrinsic which, int key) {
        intrinsics[key] = Llvm.call(INTRINSIC, module, which.id, Llvm.array(scratch, which.types), which.types);
        intrinsicTypes[key] = Llvm.call(INTRINSIC_TYPE, context, which.id, Llvm.array(scratch, which.types), which.types);
    }

    // ---- metadata ----

    private long metadataKind(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Llvm.call(MD_KIND, context, arena.allocateFrom(name).address(), name.length());
        }
    }

    private long string(String text) {
        try (Arena arena = Arena.ofConfined()) {
            return Llvm.call(MD_STRING, context, arena.allocateFrom(text).address(), text.length());
        }
    }

    private long node(long... elements) {
        return Llvm.call(MD_NODE, context, Llvm.array(elements, elements.length), elements.length);
    }

    private void makeTbaa() {
        long zero = Llvm.call(VALUE_AS_MD, i64Zero);
        long root = node(string("wasm"));
        for (Region region : Region.values()) {
            long scalar = node(string(region.name().toLowerCase(java.util.Locale.ROOT)), root, zero);
            tbaa[region.ordinal()] = Llvm.call(MD_AS_VALUE, context, node(scalar, scalar, zero));
        }
    }

    /** Says what {@code access} touches. */
    void touches(long access, Region region) {
        if (level.optimises()) Llvm.setMetadata(access, tbaaKind, tbaa[region.ordinal()]);
    }

    /** Says that what {@code load} reads never changes while the instance lives. */
    void invariant(long load) {
        if (level.optimises()) Llvm.setMetadata(load, invariantKind, emptyNode);
    }
}
