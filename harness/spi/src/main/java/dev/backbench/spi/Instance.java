package dev.backbench.spi;

/** A module brought to life. Nothing here assumes an address, so that an engine in another process fits. Lives as long as its {@link Store}. */
public interface Instance {
    /** The export of that name, or null. */
    Extern export(String name);

    /**
     * Calls an exported function.
     *
     * @param arguments one per parameter, see {@link Extern} for their form
     * @return one per result
     * @throws Trap
     * @throws IllegalArgumentException no such function, or another number of arguments
     */
    default long[] invoke(String export, long... arguments) {
        if (!(export(export) instanceof Extern.Function function)) throw new IllegalArgumentException("no exported function '" + export + "'");
        if (arguments.length != function.type().parameters().length) {
            throw new IllegalArgumentException("'" + export + "' takes " + function.type().parameters().length + " arguments, not " + arguments.length);
        }
        long[] results = new long[function.type().results().length];
        function.invoke(arguments, results);
        return results;
    }
}
