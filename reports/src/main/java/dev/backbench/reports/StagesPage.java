package dev.backbench.reports;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Functions at all stages of a pipeline as one page that fetches nothing: an index, and for each function its stages side by side. Pointing at a line shows those of other stages that come from the
 * same place in the input, pointing at a name in it shows that everywhere it means the same; a click keeps it shown.
 */
public final class StagesPage {
    /** @param stages text by stage, in the order of the pipeline */
    public record Function(String name, Map<String, String> stages) {}

    /** Stages whose names for values and blocks are the same ones. */
    private static final List<List<String>> SAME_NAMES = List.of(List.of("clif", "opt"), List.of("vcode", "allocated"));
    private static final Pattern NAME = Pattern.compile("%?[\\p{Alpha}_.][\\w.]*");
    private static final Pattern VALUE = Pattern.compile("v\\d+|block\\d+|slot\\d+|ss\\d+|fn\\d+|sig\\d+|gv\\d+|inst\\d+|\\.L\\w+|b\\d+|%[\\w.]+");
    private static final Pattern REGISTER = Pattern.compile("%?([re]?(ax|bx|cx|dx|si|di|bp|sp)|[abcd]l|sil|dil|r\\d+[bwd]?|xmm\\d+)");
    private static final String FAMILIES = "ax bx cx dx si di bp sp";

    /** Where a line comes from: in a module its own offset, below that what the back end says, {@code @} and digits at either end. */
    private static final Pattern OFFSET = Pattern.compile("^ *([0-9a-f]+)  .*"), PLACE = Pattern.compile("^\\s*@([0-9a-f]+) .*|.*# @([0-9a-f]+)$");
    private static final String MODULE = "wasm";
    /** Of one stage of one function: more make a page that no browser likes. */
    static final int LINES = 5_000;

    private final StringBuilder page = new StringBuilder();

    private StagesPage() {}

    /** @param what the file and the back end */
    public static String html(String what, List<Function> functions) {
        StagesPage page = new StagesPage();
        page.head(what, functions);
        for (int f = 0; f < functions.size(); f++) page.function(f, functions.get(f));
        return page.page.append("</main><script>\n").append(resource("stages.js")).append("</script></body></html>\n").toString();
    }

    private void head(String what, List<Function> functions) {
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .append("<meta name=\"color-scheme\" content=\"light dark\"><title>").append(Html.escape(what)).append("</title><style>\n").append(resource("page.css")).append(resource("stages.css"))
            .append("</style></head><body><main class=\"stages\">\n<header><h1>").append(Html.escape(what)).append("</h1></header>\n<nav><ol>");
        for (int f = 0; f < functions.size(); f++) page.append("<li><a href=\"#f").append(f).append("\">").append(Html.escape(functions.get(f).name)).append("</a></li>");
        page.append("</ol></nav>\n");
    }

    private void function(int number, Function function) {
        page.append("<section id=\"f").append(number).append("\"><h2>").append(Html.escape(function.name)).append("</h2><div class=\"row\">\n");
        function.stages.forEach((stage, text) -> {
            page.append("<figure><figcaption>").append(Html.escape(stage)).append("</figcaption><pre>");
            String[] lines = text.stripTrailing().split("\n", -1);
            boolean first = true;
            for (int i = 0; i < Math.min(lines.length, LINES); i++) {
                String place = place(stage, lines[i]);
                if (place != null) page.append("<span class=\"l\" tabindex=\"").append(first ? 0 : -1).append("\" data-at=\"").append(place).append("\">");
                line(group(stage), lines[i]);
                page.append(place != null ? "</span>\n" : "\n");
                first &= place == null;
            }
            if (lines.length > LINES) page.append("… ").append(lines.length - LINES).append(" lines more, which 'bench compile --emit=").append(Html.escape(stage)).append("' shows\n");
            page.append("</pre></figure>\n");
        });
        page.append("</div></section>\n");
    }

    private static String group(String stage) {
        for (List<String> same : SAME_NAMES) if (same.contains(stage)) return same.getFirst();
        return stage;
    }

    /** @return digits without leading zeros, null where the line says nothing */
    private static String place(String stage, String line) {
        Matcher at = (stage.equals(MODULE) ? OFFSET : PLACE).matcher(line);
        if (!at.matches()) return null;
        String digits = at.group(1) != null ? at.group(1) : at.group(2);
        return digits.replaceFirst("^0+(?=.)", "");
    }

    private void line(String group, String line) {
        Matcher name = NAME.matcher(line);
        int done = 0;
        while (name.find()) {
            String text = name.group(), means = REGISTER.matcher(text).matches() ? "reg " + family(text) : VALUE.matcher(text).matches() ? group + ' ' + text : null;
            if (means == null) continue;
            page.append(Html.escape(line.substring(done, name.start()))).append("<b data-is=\"").append(Html.escape(means)).append("\">").append(Html.escape(text)).append("</b>");
            done = name.end();
        }
        page.append(Html.escape(line.substring(done)));
    }

    /** A register by whatever width it is named. */
    private static String family(String register) {
        String name = register.startsWith("%") ? register.substring(1) : register;
        for (String family : FAMILIES.split(" ")) if (name.endsWith(family) || name.equals(family.charAt(0) + "l") && family.endsWith("x") || name.equals(family + "l")) return family;
        return name.startsWith("r") ? name.replaceAll("[bwd]$", "") : name;
    }

    private static String resource(String name) {
        try (InputStream in = StagesPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
