package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.stream.Stream;
import java.util.Locale;

/** The five things measured, each with its unit in summaries and the version of its definition. */
public enum Measure {
    /** CPU time of the worker's process tree from bytes in memory to all code callable. */
    COMPILE("compile/4", "MB/s", true, List.of(Regime.FIRST, Regime.STEADY)),
    /** Wall time of the marked region. */
    RUN("run/2", "ms", false, List.of(Regime.STEADY)),
    /** Machine code and constants by byte of code section. */
    SIZE("size/1", "bytes/byte", false, List.of(Regime.ANY)),
    /** From the execution of a fresh process, or the request to a resident one, to the program's first mark, less the readings of clocks between. */
    COLD("cold/2", "ms", false, Stream.concat(Start.WITHOUT_CONTAINER.stream(), Start.IN_CONTAINER.stream()).map(Start::regime).toList()),
    /**
     * Peak resident set at the end of the first compile plus the peaks of child processes (assembler, linker) that lived at once in it, minus the same of the
     * same worker compiling the empty program.
     */
    MEMORY("memory/3", "MB", false, List.of(Regime.FIRST));

    /** {@link #COLD} in a process without a JVM, see {@link dev.backbench.spi.StartHost}. */
    public static final String NATIVE_COLD = "cold/3";

    private final String definition;
    private final String unit;
    private final boolean higherIsBetter;
    private final List<String> regimes;

    Measure(String definition, String unit, boolean higherIsBetter, List<String> regimes) {
        this.definition = definition;
        this.unit = unit;
        this.higherIsBetter = higherIsBetter;
        this.regimes = regimes;
    }

    /** Changes with any change of meaning; figures of unlike definitions are never compared. @param regime a JVM that lives for one module only has flags of its own */
    public String definition(String regime) {
        return switch (this) {
            case COMPILE -> regime.equals(Regime.FIRST) ? "compile/5" : definition;
            case COLD -> Start.of(regime) != null && Start.of(regime).host().fresh() ? "cold/4" : definition;
            default -> definition;
        };
    }

    /** Whether a row of that definition, this version's or an earlier one's, holds the measure's own figure and not something stored beside it. */
    public boolean defines(String def) {
        return def.startsWith(label() + '/');
    }

    /** Of {@link Summary.Cell#median}. */
    public String unit() {
        return unit;
    }

    /** Of {@link Summary.Cell#median}; totals are always ratios where higher is better. */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** In the order of reports; {@code steady} may become {@code self-warm} in a plan with too few modules. */
    public List<String> regimes() {
        return regimes;
    }

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException no such measure */
    @JsonCreator
    public static Measure named(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
