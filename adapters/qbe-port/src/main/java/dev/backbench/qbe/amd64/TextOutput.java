package dev.backbench.qbe.amd64;

import dev.backbench.asm.X64Sink;
import dev.backbench.asm.X64Text;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Linkage;
import dev.backbench.qbe.il.Symbols;

/** Text for the GNU assembler, with what {@link ObjectOutput} writes into an object. */
public final class TextOutput extends Output {
    private final StringBuilder out;
    private final X64Text text;
    private int files;
    private int symbol;
    private Linkage linkage;
    private boolean materialised;
    private long zeros;

    /** @param out what the text is appended to */
    public TextOutput(Symbols symbols, Passes passes, StringBuilder out) {
        super(symbols, passes);
        this.out = out;
        text = new X64Text(out, this::name);
    }

    @Override
    X64Sink code() {
        return text;
    }

    /** A symbol's name, quoted where the assembler would not take it for one. */
    private String name(int symbol) {
        String name = symbols.name(symbol);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '.' || i > 0 && c >= '0' && c <= '9';
            if (!plain) return '"' + name + '"';
        }
        return name;
    }

    private void section(Linkage linkage, boolean code, boolean zeros) {
        String name = sectionName(linkage, code, zeros);
        String type = holdsNothing(name) ? "nobits" : name.endsWith("_array") ? name.substring(1) : "progbits";
        out.append(".section ").append(name).append(", \"").append(sectionFlags(linkage, code)).append("\", @").append(type).append('\n');
    }

    private void begin(int symbol, int align, boolean export, String type) {
        String name = name(symbol);
        out.append(".balign ").append(align).append(type.equals("function") ? ", 0xcc\n" : "\n");
        if (export) out.append(".globl ").append(name).append('\n');
        out.append(".type ").append(name).append(", @").append(type).append('\n').append(name).append(":\n");
    }

    private void end(int symbol) {
        out.append(".size ").append(name(symbol)).append(", .-").append(name(symbol)).append('\n');
    }

    // ---- functions ----

    @Override
    void beginFunction(Fn fn) {
        section(fn.linkage, true, false);
        begin(fn.name, Math.max(FUNCTION_ALIGN, fn.linkage.align()), fn.linkage.export(), "function");
        text.newFunction();
    }

    @Override
    void endFunction(Fn fn) {
        end(fn.name);
    }

    @Override
    void writePool() {
        if (poolCount > 0) out.append(".section .rodata\n");
        for (int width = 16; width >= 4; width /= 2) {
            for (int i = 0; i < poolCount; i++) {
                if (poolWidth[i] != width) continue;
                String bits = width == 4 ? "\t.long " + (int) poolBits[i] + '\n' : "\t.quad " + poolBits[i] + '\n';
                out.append(".balign ").append(width).append("\n.Lfp").append(i).append(":\n").append(bits).append(width == 16 ? bits : "");
            }
        }
        out.append(".section .note.GNU-stack, \"\", @progbits\n");
    }

    // ---- data ----

    @Override
    public void beginData(int symbol, Linkage linkage) {
        this.symbol = symbol;
        this.linkage = linkage;
        materialised = false;
        zeros = 0;
    }

    private int align() {
        return linkage.align() > 0 ? linkage.align() : DATA_ALIGN;
    }

    private void start(boolean zero) {
        section(linkage, false, zero);
        begin(symbol, align(), linkage.export() || linkage.common(), linkage.thread() ? "tls_object" : "object");
        if (zeros > 0) out.append("\t.zero ").append(zeros).append('\n');
        materialised = true;
    }

    private void materialise() {
        if (!materialised) start(false);
    }

    @Override
    public void dataNumber(int width, long bits) {
        if (bits == 0 && !materialised) {
            zeros += width;
            return;
        }
        materialise();
        String directive = width == 1 ? ".byte " : width == 2 ? ".value " : width == 4 ? ".long " : ".quad ";
        long value = width == 1 ? (byte) bits : width == 2 ? (short) bits : width == 4 ? (int) bits : bits;
        out.append('\t').append(directive).append(value).append('\n');
    }

    @Override
    public void dataAddress(int symbol, long offset) {
        materialise();
        out.append('\t').append(".quad ").append(name(symbol));
        if (offset != 0) out.append(offset > 0 ? "+" : "").append(offset);
        out.append('\n');
    }

    @Override
    public void dataString(byte[] bytes) {
        materialise();
        out.append("\t.ascii \"");
        for (byte b : bytes) {
            if (b >= ' ' && b < 0x7F && b != '"' && b != '\\') out.append((char) b);
            else out.append('\\').append((char) ('0' + (b >> 6 & 3))).append((char) ('0' + (b >> 3 & 7))).append((char) ('0' + (b & 7)));
        }
        out.append("\"\n");
    }

    @Override
    public void dataZeros(long count) {
        if (!materialised) zeros += count;
        else if (count > 0) out.append("\t.zero ").append(count).append('\n');
    }

    @Override
    public void endData() {
        if (!materialised && linkage.common() && !linkage.thread()) {
            out.append(".comm ").append(name(symbol)).append(", ").append(zeros).append(", ").append(align()).append('\n');
            return;
        }
        if (!materialised) start(true);
        end(symbol);
    }

    @Override
    public void debugFile(String name) {
        out.append(".file ").append(++files).append(" \"").append(name).append("\"\n");
        text.file(files);
    }
}
