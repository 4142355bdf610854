package dev.backbench.spi;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How to run a WASI preview 1 program.
 *
 * @param arguments with the program's name first
 * @param preopen the one folder the program may touch, seen as {@code .}; null for none
 */
public record ProgramConfig(List<String> arguments, Map<String, String> environment, Path preopen, InputStream in, OutputStream out, OutputStream err) {}
