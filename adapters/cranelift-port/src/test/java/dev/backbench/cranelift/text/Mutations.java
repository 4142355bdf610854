package dev.backbench.cranelift.text;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Damage for texts, the same for every test that wants some. */
public final class Mutations {
    public static final byte[] SAMPLE = RoundTripTest.EVERYTHING.getBytes(StandardCharsets.UTF_8);

    private Mutations() {}

    /** A copy with one to three places overwritten: a byte, or a piece from elsewhere in the text. */
    public static byte[] mutate(byte[] original, Random random) {
        byte[] text = original.clone();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(text.length), from = random.nextInt(text.length), length = 1 + random.nextInt(8);
            switch (random.nextInt(4)) {
                case 0 -> text[at] = (byte) random.nextInt(256);
                case 1 -> text[at] = original[from];
                case 2 -> System.arraycopy(original, from, text, at, Math.min(length, text.length - Math.max(at, from)));
                default -> text[at] = (byte) ('0' + random.nextInt(10));
            }
        }
        return text;
    }
}
