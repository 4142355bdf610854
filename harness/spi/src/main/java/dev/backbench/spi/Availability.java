package dev.backbench.spi;

/**
 * Yes, or no with what to do about it.
 *
 * @param reason why not; null when available
 * @param fix the command that would change it, or a sentence where there is none; null when available
 */
public record Availability(boolean yes, String reason, String fix) {
    public static final Availability YES = new Availability(true, null, null);

    public static Availability no(String reason, String fix) {
        return new Availability(false, reason, fix);
    }
}
