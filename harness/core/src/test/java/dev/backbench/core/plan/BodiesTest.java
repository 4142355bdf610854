package dev.backbench.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BodiesTest {
    /** A module with a code section of these bodies, each without locals; the end is added. */
    private static byte[] module(byte[]... bodies) {
        byte[] section = {(byte) bodies.length};
        for (byte[] body : bodies) section = join(section, join(new byte[] {(byte) (body.length + 2), 0}, join(body, new byte[] {0x0B})));
        return join(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 10, (byte) section.length}, section);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static Set<Long> prints(byte[]... bodies) {
        return Bodies.of(module(bodies)).lengths().keySet();
    }

    @Test
    void countsOperations() {
        assertEquals(1, Bodies.of(TaskList.EMPTY_MODULE).operations());
        // local.get 0, i32.const 300, i32.add, i32.load align offset, br_table 2 labels + default, f64.const, memory.copy, call, end
        byte[] body = {0x20, 0, 0x41, (byte) 0xAC, 2, 0x6A, 0x28, 2, (byte) 0x80, 1, 0x0E, 2, 0, 0, 0, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, (byte) 0xFC, 10, 0, 0, 0x10, 5};
        assertEquals(9, Bodies.of(module(body)).operations());
        assertEquals(18, Bodies.of(module(body, body)).operations());
    }

    @Test
    void whatALinkerChangesDoesNotCount() {
        byte[] call = {0x41, 8, 0x10, 3, 0x24, 0}, linkedElsewhere = {0x41, (byte) 0x98, 1, 0x10, (byte) 0xC8, 1, 0x24, 7};
        assertEquals(prints(call), prints(linkedElsewhere));
        assertNotEquals(prints(new byte[] {0x20, 0}), prints(new byte[] {0x20, 1}), "locals do");
        assertNotEquals(prints(new byte[] {0x6A}), prints(new byte[] {0x6B}));
    }

    @Test
    void unknownOperationsAndDamageLeaveTheCountUnknown() {
        byte[] simd = {(byte) 0xFD, 12, 1, 2, 3};
        assertEquals(-1, Bodies.of(module(simd)).operations());
        assertEquals(1, Bodies.of(module(simd)).lengths().size());
        byte[] whole = module(new byte[] {1, 1, 1}, new byte[] {1});
        for (int length = 0; length < whole.length; length++) {
            assertTrue(Bodies.of(Arrays.copyOf(whole, length)).lengths().size() <= 2);
        }
    }
}
