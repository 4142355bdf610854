package dev.backbench.qbe;

import dev.backbench.qbe.il.IlSink;
import dev.backbench.qbe.il.Linkage;

/** Takes functions; data and source files are of no interest. */
@FunctionalInterface
public interface FunctionSink extends IlSink {
    @Override
    default void beginData(int symbol, Linkage linkage) {}

    @Override
    default void dataNumber(int width, long bits) {}

    @Override
    default void dataAddress(int width, int symbol, long offset) {}

    @Override
    default void dataString(byte[] bytes) {}

    @Override
    default void dataZeros(long count) {}

    @Override
    default void endData() {}

    @Override
    default void debugFile(String name) {}
}
