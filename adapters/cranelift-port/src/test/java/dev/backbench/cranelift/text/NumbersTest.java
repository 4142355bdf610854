package dev.backbench.cranelift.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void floatsComeBackBitForBit() {
        Random random = new Random(3);
        for (int format = 0; format < 4; format++) {
            for (int i = 0; i < 2000; i++) {
                BigInteger bits = new BigInteger(16 << format, random);
                if (i % 4 == 0) bits = bits.and(BigInteger.valueOf(0x3ff));
                assertEquals(bits, Numbers.parseFloat(Numbers.floating(bits, format), format), Numbers.floating(bits, format));
            }
        }
    }

    @Test
    void floats() {
        assertEquals(Float.floatToRawIntBits(1.5f), Numbers.parseFloat("0x3.0p-1", 1).intValue());
        assertEquals(Double.doubleToRawLongBits(-Double.MIN_VALUE), Numbers.parseFloat("-0x1.0p-1074", 2).longValue());
        assertEquals("-0.0", Numbers.floating(BigInteger.ONE.shiftLeft(31), 1));
        assertEquals("+sNaN:0x1", Numbers.floating(BigInteger.valueOf(0x7f800001), 1));
        assertEquals("0x0.000002p-126", Numbers.floating(BigInteger.ONE, 1));
        assertNull(Numbers.parseFloat("0x1.0p128", 1));
        assertNull(Numbers.parseFloat("1.5", 1));
        assertNull(Numbers.parseFloat("sNaN:0x0", 1));
    }

    @Test
    void integers() {
        assertEquals("9999", Numbers.integer(9999));
        assertEquals("0x2710", Numbers.integer(10000));
        assertEquals("0x0001_0000", Numbers.integer(65536));
        assertEquals("-10000", Numbers.integer(-10000));
        assertEquals("-0x2710", Numbers.offset(-10000));
        assertEquals(BigInteger.valueOf(-255), Numbers.parseInteger("-0xf_f"));
        assertNull(Numbers.parseInteger("0x1_0000000000000000_0000000000000000"));
    }
}
