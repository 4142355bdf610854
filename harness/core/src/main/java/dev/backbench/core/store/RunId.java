package dev.backbench.core.store;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** Ids that sort by time: UUID version 7 of RFC 9562. */
public final class RunId {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private RunId() {}

    public static String create(Instant now) {
        long high = now.toEpochMilli() << 16 | 0x7000 | RANDOM.nextInt(0x1000);
        long low = RANDOM.nextLong() >>> 2 | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /** The name of the run's folder: {@code <time in UTC>-<last eight digits of the id>}. */
    public static String folder(Instant now, String run) {
        return STAMP.format(now) + '-' + run.substring(run.length() - 8);
    }
}
