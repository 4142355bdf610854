package dev.backbench.qbe;

import dev.backbench.asm.ElfObject;
import dev.backbench.qbe.amd64.ObjectOutput;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.amd64.TextOutput;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import java.io.IOException;
import java.io.OutputStream;

/** IL text in, object or assembler text out. A compiler serves one thread and one file after another, in the same arrays. */
public final class QbeCompiler {
    private final Symbols symbols = new Symbols();
    private final Types types = new Types();
    private final Pipeline passes = new Pipeline(types);

    /**
     * Writes an ELF object for {@code il}.
     *
     * @param file its name, for messages
     * @throws dev.backbench.qbe.il.IlException with line and column; then nothing is written
     */
    public void compile(String file, byte[] il, OutputStream sink) throws IOException {
        ObjectOutput output = new ObjectOutput(symbols, passes);
        run(file, il, output);
        sink.write(output.toBytes());
    }

    /** The same object, not yet a file: sections, relocations and symbols, numbered as {@link #symbols} names them. */
    public ElfObject object(String file, byte[] il) {
        ObjectOutput output = new ObjectOutput(symbols, passes);
        run(file, il, output);
        return output.object();
    }

    /** The same as text for the GNU assembler. */
    public String assembly(String file, byte[] il) {
        StringBuilder text = new StringBuilder();
        run(file, il, new TextOutput(symbols, passes, text));
        return text.toString();
    }

    /** All functions as IL, as they are after a pass; those behind it do not run. */
    public String dump(String file, byte[] il, Pipeline.Pass pass) {
        symbols.reset();
        types.reset();
        Parser parser = new Parser(file, symbols, types);
        Printer printer = new Printer(symbols, types, parser::name);
        StringBuilder text = new StringBuilder();
        parser.parse(il, fn -> {
            passes.run(fn, Pipeline.Pass.PARSE, pass);
            text.append(printer.print(fn, passes.notes(pass))).append('\n');
        });
        return text.toString();
    }

    /** The names of the last file. */
    public Symbols symbols() {
        return symbols;
    }

    private void run(String file, byte[] il, Output output) {
        symbols.reset();
        types.reset();
        new Parser(file, symbols, types).parse(il, output);
        output.finish();
    }
}
