package dev.backbench.qbe;

import dev.backbench.asm.ElfObject;
import dev.backbench.qbe.amd64.Abi;
import dev.backbench.qbe.amd64.Isel;
import dev.backbench.qbe.amd64.ObjectOutput;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.amd64.Simpl;
import dev.backbench.qbe.amd64.TextOutput;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.pass.Cfg;
import dev.backbench.qbe.pass.Dominators;
import dev.backbench.qbe.pass.Loops;
import dev.backbench.qbe.pass.Promote;
import dev.backbench.qbe.pass.Ssa;
import dev.backbench.qbe.pass.Uses;
import dev.backbench.qbe.regalloc.Allocator;
import dev.backbench.qbe.regalloc.SimplJmp;
import java.io.IOException;
import java.io.OutputStream;

/** IL text in, object or assembler text out. A compiler serves one thread and one file after another, in the same arrays. */
public final class QbeCompiler {
    private final Symbols symbols = new Symbols();
    private final Types types = new Types();
    private final Passes passes = new Passes(types);

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

    /** A function's way from the parser to registers. */
    private static final class Passes implements Output.Passes {
        private final Cfg cfg = new Cfg();
        private final Uses uses = new Uses();
        private final Dominators dominators = new Dominators();
        private final Loops loops = new Loops();
        private final Promote promote = new Promote();
        private final Ssa ssa = new Ssa();
        private final Abi abi;
        private final Simpl simpl = new Simpl();
        private final Isel isel = new Isel(uses);
        private final Allocator allocator = new Allocator();
        private final SimplJmp simplJmp = new SimplJmp();

        Passes(Types types) {
            abi = new Abi(types);
        }

        @Override
        public void run(Fn fn) {
            cfg.compute(fn);
            uses.compute(fn);
            promote.run(fn, uses);
            dominators.compute(fn, cfg);
            ssa.run(fn, cfg, dominators);
            abi.run(fn);
            simpl.run(fn);
            cfg.compute(fn);
            uses.compute(fn);
            isel.run(fn);
            cfg.compute(fn);
            int blocks = fn.blocks;
            allocator.run(fn, cfg, dominators, loops);
            simplJmp.run(fn, cfg, loops, blocks);
        }
    }
}
