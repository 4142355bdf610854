package dev.backbench.cranelift.opt;

import com.microsoft.z3.BoolExpr;
import com.microsoft.z3.Context;
import com.microsoft.z3.Params;
import com.microsoft.z3.Status;
import com.microsoft.z3.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;

/** Z3 on problems in SMT-LIB. What it refuted once it is not asked again: a file holds the hashes of problem and version. */
final class Solver implements AutoCloseable {
    private static final int TIMEOUT = 20_000;

    private final Path file;
    private final Set<String> refuted = new HashSet<>();
    private final Context context = new Context();
    private final com.microsoft.z3.Solver solver;

    Solver(Path cache) throws IOException {
        file = cache;
        if (Files.exists(cache)) refuted.addAll(Files.readAllLines(cache));
        String[] steps = {"propagate-values", "solve-eqs", "elim-uncnstr", "simplify", "bit-blast", "sat"};
        var tactic = context.mkTactic("simplify");
        for (String step : steps) tactic = context.andThen(tactic, context.mkTactic(step));
        solver = context.mkSolver(tactic);
        Params params = context.mkParams();
        params.add("timeout", TIMEOUT);
        solver.setParameters(params);
    }

    /** @return null where nothing satisfies the problem, else what was found */
    String refute(String problem) {
        String key = hash(problem + Version.getFullVersion());
        if (refuted.contains(key)) return null;
        solver.reset();
        for (BoolExpr assertion : context.parseSMTLIB2String(problem, null, null, null, null)) solver.add(assertion);
        Status status = solver.check();
        if (status == Status.UNSATISFIABLE) {
            refuted.add(key);
            return null;
        }
        return status == Status.SATISFIABLE ? "wrong for " + solver.getModel().toString().replace('\n', ' ') : "not decided in " + TIMEOUT / 1000 + " s: " + solver.getReasonUnknown();
    }

    private static String hash(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        Files.write(file, refuted);
        context.close();
    }
}
