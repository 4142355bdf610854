package dev.backbench.conformance.fuzz;

import dev.backbench.conformance.reduce.Examination;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.fuzz.IrFuzzer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text under its adapter's fuzzer. */
public final class TextCheck implements Examination {
    private static final Pattern VALUES = Pattern.compile("([^:]+: function )\\d+ of .*: expected .*");
    private final IrFuzzer.Session session;

    /** @param backend {@code ID}, or {@code ID:LEVEL} for that level alone */
    public TextCheck(String form, String backend) {
        BackendSpec spec = BackendSpec.parse(backend);
        IrFuzzer fuzzer = FuzzCases.fuzzer(spec.id(), form);
        if (fuzzer == null) throw new BackendException(spec.id() + " executes no " + form);
        session = fuzzer.open(BackendSpec.ALL.equals(spec.level()) ? null : spec.level());
    }

    @Override
    public Failure examine(byte[] input, Turn turn) {
        turn.of(true);
        String difference = session.difference(new String(input, StandardCharsets.UTF_8));
        if (difference == null) return null;
        Matcher values = VALUES.matcher(difference);
        return new Failure(values.matches() ? values.group(1) + "differs" : difference.replaceAll("-?\\d+", "N"), difference);
    }

    @Override
    public void close() {
        session.close();
    }
}
