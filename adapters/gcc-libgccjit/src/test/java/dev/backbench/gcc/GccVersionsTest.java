package dev.backbench.gcc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import org.junit.jupiter.api.Test;

/** This machine's GCC and that of the image, by name. */
class GccVersionsTest {
    private final GccBackend gcc = new GccBackend();

    private static CompileOptions options(String spec) {
        return BackendSpec.parse(spec).single().compileOptions(1);
    }

    @Test
    void onlyTheImagesVersionIsInTheImage() {
        assertEquals("backbench/toolchain-gcc", gcc.image(options("gcc@14:O2+in=container")).name());
        Availability other = gcc.available(options("gcc@13+in=container"));
        assertFalse(other.yes());
        assertEquals("the image has GCC 14, not 13; name it gcc@14+in=container", other.reason() + "; " + other.fix());
        assertNull(gcc.image(options("gcc:O2")), "a worker elsewhere would find another libgccjit, or none");
    }

    @Test
    void aVersionThatIsNotHereSaysWhereItIs() throws Exception {
        Gcc.need();
        String major = Integer.toString(Jit.majorVersion());
        assertTrue(gcc.available(options("gcc@" + major)).yes());
        assertTrue(gcc.available(options("gcc@" + Jit.version())).yes());
        Availability old = gcc.available(options("gcc@4"));
        assertEquals("libgccjit here is " + Jit.version() + ", not 4; leave out @4", old.reason() + "; " + old.fix());
        if (!major.equals("14")) assertTrue(gcc.available(options("gcc@14")).fix().endsWith("docker/build.sh toolchain-gcc, then gcc@14+in=container"));
        gcc.newCompiler(options("gcc@" + major)).close();
        assertThrows(BackendException.class, () -> gcc.newCompiler(options("gcc@4")), "a worker that finds another version in its image says so");
    }
}
