package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * The axes of a cold start: where a program is started, and from what. As a regime it is {@code host-code}, such as {@code process-precompiled}.
 *
 * @param host what is there before the start
 * @param code what there is of the program
 */
public record Start(Host host, Code code) {
    public enum Host {
        /** a process that has loaded the back end and started programs with it before */
        RESIDENT,
        /** nothing: a process is started */
        PROCESS,
        /** nothing, and a JVM is started without a start-up cache; differs from {@link #PROCESS} for back ends in a JVM only */
        UNCACHED,
        /** nothing: a container of a local image is started */
        CONTAINER;

        /** Whether each start is a process of its own, with its cost. */
        public boolean fresh() {
            return this != RESIDENT;
        }

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Host named(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }
    }

    public enum Code {
        /** its Wasm bytes, which are compiled then and there */
        COMPILED,
        /** a serialised image of its machine code */
        PRECOMPILED;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        @JsonCreator
        public static Code named(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT));
        }
    }

    /** What is measured unless more is asked for. */
    public static final Start USUAL = new Start(Host.PROCESS, Code.COMPILED);

    /** All that need no container, in the order of reports. */
    public static final List<Start> WITHOUT_CONTAINER = List.of(new Start(Host.RESIDENT, Code.COMPILED), new Start(Host.RESIDENT, Code.PRECOMPILED), USUAL,
            new Start(Host.PROCESS, Code.PRECOMPILED), new Start(Host.UNCACHED, Code.COMPILED), new Start(Host.UNCACHED, Code.PRECOMPILED));

    public static final List<Start> IN_CONTAINER = List.of(new Start(Host.CONTAINER, Code.COMPILED), new Start(Host.CONTAINER, Code.PRECOMPILED));

    public String regime() {
        return host.label() + '-' + code.label();
    }

    /** For people. */
    public String words() {
        return host.label() + ", " + code.label();
    }

    /** @return null if the regime is none of a cold start */
    public static Start of(String regime) {
        for (List<Start> some : List.of(WITHOUT_CONTAINER, IN_CONTAINER)) for (Start start : some) if (start.regime().equals(regime)) return start;
        return null;
    }

    public boolean precompiled() {
        return code == Code.PRECOMPILED;
    }
}
