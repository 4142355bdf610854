package dev.backbench.cranelift.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.text.Parser;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FunctionTest {
    @Test
    void everyInstructionIsFoundByItsName() {
        assertEquals(163, Op.values().length);
        for (Op op : Op.values()) {
            byte[] name = ("x" + op.text + "y").getBytes(StandardCharsets.US_ASCII);
            assertEquals(op, Op.find(name, 1, name.length - 1));
            assertNull(Op.find(name, 0, name.length));
        }
    }

    @Test
    void types() {
        for (int lane = 1; lane < Types.LANES; lane++) {
            for (int log = 0; log <= 8; log++) {
                int type = Types.vector(lane, log);
                byte[] name = Types.name(type).getBytes(StandardCharsets.US_ASCII);
                assertEquals(type, Types.parse(name, 0, name.length));
            }
        }
        for (String no : List.of("i7", "i32x3", "i32x04", "i32x512", "i32x1", "i32xN", "f8", "i")) assertEquals(Types.NONE, Types.parse(no.getBytes(StandardCharsets.US_ASCII), 0, no.length()), no);
    }

    /** Against a list: insertion in the middle keeps the order, and the numbers behind {@link Layout#before} with it. */
    @Test
    void layout() {
        Layout layout = new Layout();
        layout.appendBlock(0);
        List<Integer> expected = new ArrayList<>();
        Random random = new Random(4);
        for (int inst = 0; inst < 2000; inst++) {
            int at = random.nextInt(3) == 0 || expected.isEmpty() ? expected.size() : random.nextInt(Math.min(5, expected.size()));
            if (at == expected.size()) layout.append(inst, 0);
            else layout.insertBefore(inst, expected.get(at));
            expected.add(at, inst);
            if (inst % 7 == 0) layout.remove(expected.remove(random.nextInt(expected.size())));
        }
        List<Integer> got = new ArrayList<>();
        for (int i = layout.first(0); i != Layout.NONE; i = layout.next(i)) {
            if (!got.isEmpty()) assertTrue(layout.before(got.getLast(), i));
            got.add(i);
        }
        assertEquals(expected, got);
    }

    /** Several hundred thousand instructions in one function; a second reading into the same function needs next to no memory. */
    @Test
    void largeFunctionsReuseTheirArrays() throws Exception {
        int count = 300_000;
        StringBuilder text = new StringBuilder("function %f(i32) -> i32 {\nblock0(v0: i32):\n");
        for (int i = 1; i <= count; i++) text.append(" v").append(i).append(" = iadd v").append(i - 1).append(", v0\n");
        byte[] bytes = text.append(" return v").append(count).append("\n}\n").toString().getBytes(StandardCharsets.US_ASCII);
        Function f = new Function();
        new Parser(bytes).next(f);
        assertEquals(count + 1, f.insts());
        long before = allocated();
        new Parser(bytes).next(f);
        long perInst = (allocated() - before) / count;
        assertEquals(count + 1, f.insts());
        assertTrue(perInst < 8, perInst + " bytes an instruction");
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
