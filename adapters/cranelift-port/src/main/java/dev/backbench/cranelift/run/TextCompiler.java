package dev.backbench.cranelift.run;

import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Complaint;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles the functions of a text: reading and verifying them comes before the clock, as for native Cranelift; their code, relocated in executable memory, is at its end. A text is compiled
 * and not run: {@link CompiledText} is what calls its functions.
 */
public final class TextCompiler extends ProgramCompiler {
    private static final String OWNER = "cranelift-port";
    private static final int OUTSIDE = -1;
    private static final Target HOST = new Target(64, false, true);

    private final Optimizer optimizer;
    private final Codegen codegen;
    private final Verifier verifier = new Verifier();
    private final MachineCode made = new MachineCode();
    /** Reused from text to text; the first {@link #count} are the text's. */
    private final List<Function> functions = new ArrayList<>();
    private int count;
    /** By function and external function: which of the text's functions that is, {@link #OUTSIDE} for none. */
    private int[][] callees = {};
    private byte[] prepared;

    /** @param optimizer null for none */
    public TextCompiler(Optimizer optimizer, Codegen codegen) {
        super(OWNER);
        this.optimizer = optimizer;
        this.codegen = codegen;
    }

    @Override
    public void prepare(byte[] clif) {
        prepared = null;
        count = 0;
        Map<String, Integer> names = new HashMap<>();
        try {
            Parser parser = new Parser(clif);
            while (parser.next(room())) {
                Function f = functions.get(count);
                List<Complaint> complaints = verifier.verify(f, HOST);
                if (!complaints.isEmpty()) throw new BackendException("not valid CLIF: " + complaints.getFirst());
                names.put(name(f, f.name), count++);
            }
        } catch (ClifException e) {
            throw new BackendException("line " + e.line + ", column " + e.column + ": " + e.what);
        }
        callees = new int[count][];
        for (int i = 0; i < count; i++) callees[i] = callees(functions.get(i), names);
        prepared = clif;
    }

    private Function room() {
        if (count == functions.size()) functions.add(new Function());
        return functions.get(count);
    }

    private static int[] callees(Function f, Map<String, Integer> names) {
        int[] callees = new int[f.entities.functions.count()];
        for (int e = 0; e < callees.length; e++) callees[e] = f.entities.functions.has(e) ? names.getOrDefault(name(f, f.entities.functions.get(e, Entities.FUNC_NAME)), OUTSIDE) : OUTSIDE;
        return callees;
    }

    private static String name(Function f, int name) {
        StringBuilder text = new StringBuilder();
        Printer.name(f, name, text, true);
        return text.toString();
    }

    @Override
    public Artifact compile(byte[] clif, PhaseClock clock) {
        if (prepared != clif) prepare(clif);
        TextImage image = new TextImage(count);
        compile(0, count, image, clock);
        return image;
    }

    @Override
    public void compileFunction(byte[] clif, int function, PhaseClock clock) {
        if (prepared != clif) prepare(clif);
        if (function < 0 || function >= count) throw new BackendException("the text has no function " + function + ", only 0 to " + (count - 1));
        compile(function, function + 1, new TextImage(1), clock);
    }

    private void compile(int from, int to, TextImage image, PhaseClock clock) {
        prepared = null; // the mid-end changes what was read
        for (int i = from; i < to; i++) {
            Function f = functions.get(i);
            if (optimizer != null) {
                clock.enter(PhaseClock.OPTIMISE);
                optimizer.run(f);
            }
            try {
                codegen.compile(f, made, clock);
            } catch (UnsupportedFeature e) {
                throw new BackendException("function " + name(f, f.name) + ": " + e.getMessage(), e);
            }
            clock.enter(PhaseClock.EMIT);
            image.add(made, callees[i]);
        }
        clock.leave();
    }

    /** Whether {@link #link} takes it. */
    public static boolean owns(Artifact artifact) {
        return artifact instanceof TextImage;
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        if (!(artifact instanceof TextImage image)) throw new BackendException("not code of a text: " + artifact.getClass().getSimpleName());
        clock.enter(PhaseClock.LINK);
        long start = image.publish();
        clock.leave();
        return new CompiledModule() {
            @Override
            public ProgramResult run(ProgramConfig config) {
                throw new BackendException("CLIF is compiled only: it holds functions, not a program");
            }

            @Override
            public void close() {
                image.free(start);
            }
        };
    }

    @Override
    public void close() {}
}
