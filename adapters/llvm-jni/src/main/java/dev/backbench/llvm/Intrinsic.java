package dev.backbench.llvm;

import java.nio.charset.StandardCharsets;

/** LLVM intrinsics the translation uses, with the number of types each is overloaded on. */
enum Intrinsic {
    CTLZ("llvm.ctlz", 1),
    CTTZ("llvm.cttz", 1),
    CTPOP("llvm.ctpop", 1),
    FSHL("llvm.fshl", 1),
    FSHR("llvm.fshr", 1),
    FABS("llvm.fabs", 1),
    COPYSIGN("llvm.copysign", 1),
    SQRT("llvm.sqrt", 1),
    FLOOR("llvm.floor", 1),
    CEIL("llvm.ceil", 1),
    TRUNC("llvm.trunc", 1),
    ROUNDEVEN("llvm.roundeven", 1),
    FPTOSI_SAT("llvm.fptosi.sat", 2),
    FPTOUI_SAT("llvm.fptoui.sat", 2),
    UBSANTRAP("llvm.ubsantrap", 0),
    MEMMOVE("llvm.memmove", 3),
    MEMSET("llvm.memset", 2),
    STRICT_FADD("llvm.experimental.constrained.fadd", 1),
    STRICT_FSUB("llvm.experimental.constrained.fsub", 1),
    STRICT_FMUL("llvm.experimental.constrained.fmul", 1),
    STRICT_FDIV("llvm.experimental.constrained.fdiv", 1),
    STRICT_FPTRUNC("llvm.experimental.constrained.fptrunc", 2),
    STRICT_FPEXT("llvm.experimental.constrained.fpext", 2);

    static final int COUNT = values().length;

    final int types;
    /** libLLVM's number for it. */
    final long id;

    Intrinsic(String name, int types) {
        this.types = types;
        id = lookup(name);
    }

    private static long lookup(String name) {
        long id = (int) Llvm.call(Llvm.slow("LLVMLookupIntrinsicID", 2), Llvm.text(name), name.getBytes(StandardCharsets.UTF_8).length);
        if (id == 0) throw new IllegalStateException("libLLVM has no intrinsic " + name);
        return id;
    }
}
