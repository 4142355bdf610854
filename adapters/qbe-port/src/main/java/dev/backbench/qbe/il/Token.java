package dev.backbench.qbe.il;

/** Kinds of tokens; keywords and operations are {@code KEYWORD + n} and {@code OP + op}. */
final class Token {
    static final int END = 0, NEWLINE = 1, LEFT_PAREN = 2, RIGHT_PAREN = 3, LEFT_BRACE = 4, RIGHT_BRACE = 5, COMMA = 6, EQUALS = 7, PLUS = 8, DOTS = 9;
    static final int GLOBAL = 10, TEMPORARY = 11, LABEL = 12, TYPE = 13, INTEGER = 14, SINGLE = 15, DOUBLE = 16, STRING = 17;
    /** Base classes: {@code CLASS + Cls}; then the letters and words for narrower types. */
    static final int CLASS = 18, BYTE = 22, HALF = 23, SB = 24, UB = 25, SH = 26, UH = 27, ZERO = 28;
    static final int LOADW = 29, LOADL = 30, LOADS = 31, LOADD = 32, CALL = 33, ENV = 34, PHI = 35, JMP = 36, JNZ = 37, RET = 38, HLT = 39, BLIT = 40;
    static final int EXPORT = 41, THREAD = 42, COMMON = 43, FUNCTION = 44, TYPE_WORD = 45, DATA = 46, SECTION = 47, ALIGN = 48, DBGFILE = 49;
    static final int OP = 64;

    private static final String[] SPELLING = {"the end of the file", "the end of the line", "'('", "')'", "'{'", "'}'", "','", "'='", "'+'", "'...'", "a global name ($)",
        "a temporary (%)", "a label (@)", "a type name (:)", "a number", "a single (s_)", "a double (d_)", "a string", "w", "l", "s", "d", "b", "h", "sb", "ub", "sh",
        "uh", "z", "loadw", "loadl", "loads", "loadd", "call", "env", "phi", "jmp", "jnz", "ret", "hlt", "blit", "export", "thread", "common", "function", "type",
        "data", "section", "align", "dbgfile"};

    private Token() {}

    static String spelling(int token) {
        return token >= OP ? Op.name(token - OP) : SPELLING[token];
    }
}
