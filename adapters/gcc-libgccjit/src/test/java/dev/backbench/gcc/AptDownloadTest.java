package dev.backbench.gcc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AptDownloadTest {
    /** Names of packages in Debian 12 and 13 that hold what libgccjit and as need. */
    @ParameterizedTest
    @CsvSource({"libisl.so.23,libisl23", "libmpc.so.3,libmpc3", "libmpfr.so.6,libmpfr6", "libgmp.so.10,libgmp10", "libzstd.so.1,libzstd1", "libz.so.1,zlib1g",
        "libbfd-2.40-system.so,libbinutils", "libopcodes-2.44-system.so,libbinutils", "libsframe.so.0,libbinutils", "libsframe.so.1,libsframe1",
        "libjansson.so.4,libjansson4"})
    void packageOfASharedLibrary(String soname, String expected) {
        assertEquals(expected, AptDownload.packageOf(soname));
    }
}
