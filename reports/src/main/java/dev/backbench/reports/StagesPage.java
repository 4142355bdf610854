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
 * Functions at all stages of a pipeline as one page that fetches nothing: an index, and for each function its stages side by side. What a line names is marked, and pointing at one shows it
 * everywhere it means the same; a click keeps it shown.
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
            for (String line : text.strip().split("\n", -1)) line(group(stage), line);
            page.append("</pre></figure>\n");
        });
        page.append("</div></section>\n");
    }

    private static String group(String stage) {
        for (List<String> same : SAME_NAMES) if (same.contains(stage)) return same.getFirst();
        return stage;
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
        page.append(Html.escape(line.substring(done))).append('\n');
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
