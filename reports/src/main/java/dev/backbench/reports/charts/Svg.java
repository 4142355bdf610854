package dev.backbench.reports.charts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * Charts as SVG text: XChart's own, with coordinates cut to what a screen can show (a third of the size), and names of clip paths that are the same each
 * time and unlike those of other charts in one page.
 */
final class Svg {
    private static final Pattern FRACTION = Pattern.compile("(?<=[\\s\",MLQCZ(-])(\\d*\\.\\d{2})\\d+(?:[eE]-\\d+)?"), CLIP = Pattern.compile("id=\"(clip-?\\d+)\"");

    private Svg() {}

    static String of(Chart<?, ?> chart, String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
        String text = FRACTION.matcher(bytes.toString(StandardCharsets.UTF_8)).replaceAll("$1");
        List<String> clips = new ArrayList<>();
        Matcher clip = CLIP.matcher(text);
        while (clip.find()) clips.add(clip.group(1));
        for (int i = 0; i < clips.size(); i++) text = text.replace(clips.get(i) + "\"", name + "-clip" + i + "\"").replace("#" + clips.get(i) + ")", "#" + name + "-clip" + i + ")");
        return text;
    }
}
