package dev.backbench.core.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProcessTreeTest {
    @Test
    void childrenCount() throws Exception {
        Process shell = new ProcessBuilder("/bin/sh", "-c", "sleep 60 & wait").start();
        try {
            long below = 0;
            for (int i = 0; i < 500 && below == 0; i++) {
                Thread.sleep(10);
                below = ProcessTree.peaksBelow(shell.pid());
            }
            long own = ProcFiles.statusBytes(Long.toString(shell.pid()), "VmRSS");
            assertTrue(below > 0 && own > 0, below + " " + own);
            assertTrue(ProcessTree.resident(shell.pid()) > own);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly().waitFor();
        }
        assertEquals(-1, ProcessTree.resident(shell.pid()));
        assertEquals(0, ProcessTree.peaksBelow(shell.pid()));
    }
}
