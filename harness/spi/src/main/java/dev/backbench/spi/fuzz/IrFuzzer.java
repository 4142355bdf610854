package dev.backbench.spi.fuzz;

import java.util.Map;

/** What an adapter offers for fuzzing of its text form: cases from seeds, and the comparison of all its ways to execute one with its oracle. Found with {@link java.util.ServiceLoader}. */
public interface IrFuzzer {
    /** Name of the back end it belongs to, such as {@code cranelift-port}. */
    String backend();

    /** The text form: {@code clif}. */
    String form();

    /** @param level of the back end, null for all @throws IllegalArgumentException there is no such level */
    Session open(String level);

    /** Not for two threads. What it makes of a case depends on nothing but the case. */
    interface Session extends AutoCloseable {
        /** The case of that seed, the same in the same build; its text says the seed, so that {@link #difference} needs nothing else. */
        String text(long seed);

        /**
         * Executes a text in all ways.
         *
         * @return what differs from the oracle, or what broke; null where nothing does
         */
        String difference(String text);

        /** What all cases so far have reached: by group, such as operations or rules, how often each that there is; 0 where never. */
        Map<String, Map<String, Long>> reached();

        @Override
        void close();
    }
}
