package dev.backbench.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.reports.charts.Charts;
import dev.backbench.reports.charts.TradeOff;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChartsTest {
    @TempDir
    Path folder;

    private List<Charts.Drawn> drawn() throws Exception {
        String obstacle = Charts.obstacle();
        assumeTrue(obstacle == null, obstacle);
        return Charts.write(Fabricated.run(), folder.resolve("charts"));
    }

    @Test
    void everyChartIsAPictureAndAnXmlDocument() throws Exception {
        List<Charts.Drawn> charts = drawn();
        assertEquals(List.of("tradeoff", "tradeoff-folder", "phases", "cold", "size"), charts.stream().map(Charts.Drawn::name).toList());
        DocumentBuilderFactory xml = DocumentBuilderFactory.newInstance();
        xml.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        for (Charts.Drawn chart : charts) {
            BufferedImage image = ImageIO.read(folder.resolve("charts/" + chart.name() + ".png").toFile());
            Set<Integer> colors = new HashSet<>();
            for (int y = 0; y < image.getHeight(); y += 2) for (int x = 0; x < image.getWidth(); x += 2) colors.add(image.getRGB(x, y));
            assertTrue(colors.size() > 20, chart.name() + " has " + colors.size() + " colours: nothing was drawn");
            String svg = Files.readString(folder.resolve("charts/" + chart.name() + ".svg"));
            xml.newDocumentBuilder().parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
            assertTrue(svg.length() < 200_000, chart.name() + ".svg has " + svg.length() + " characters");
        }
    }

    @Test
    void kindsOfColdStartAreComparedOnOneAxis() throws Exception {
        String obstacle = Charts.obstacle();
        assumeTrue(obstacle == null, obstacle);
        RunData run = Fabricated.run();
        Map<String, RunData.Split> cold = new LinkedHashMap<>();
        cold.put("resident-precompiled", new RunData.Split(Map.of("llvm:O2", Map.of("link", 4e5, "call", 3e5), "gcc:O2", Map.of("call", 9e5)), 3));
        cold.putAll(run.cold());
        RunData some = new RunData(run.manifest(), run.summary(), run.phases(), cold, run.size(), run.causes(), Map.of("process-precompiled", 4.2));
        List<String> names = Charts.write(some, folder.resolve("charts")).stream().map(Charts.Drawn::name).toList();
        assertTrue(names.containsAll(List.of("cold-starts", "cold-resident-precompiled", "cold")), names.toString());
        BufferedImage image = ImageIO.read(folder.resolve("charts/cold-starts.png").toFile());
        Set<Integer> colors = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y++) for (int x = 0; x < image.getWidth(); x++) colors.add(image.getRGB(x, y));
        assertTrue(colors.size() > 20, "nothing was drawn");
    }

    @Test
    void aChartIsTheSameEachTime() throws Exception {
        List<String> once = drawn().stream().map(Charts.Drawn::svg).toList(), again = drawn().stream().map(Charts.Drawn::svg).toList();
        assertEquals(once, again);
    }

    @Test
    void aBrowserShowsThePage() throws Exception {
        List<Charts.Drawn> charts = drawn();
        Path page = folder.resolve("index.html"), profile = folder.resolve("profile");
        Files.writeString(page, new Page(Fabricated.run(), List.of("a finding"), charts, null).html());
        String browser = browser();
        assumeTrue(browser != null, "no Chromium on the path; to run this test: apt-get install chromium");
        Process process = new ProcessBuilder(browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + profile, "--virtual-time-budget=2000", "--dump-dom",
            page.toUri().toString()).redirectError(folder.resolve("browser.log").toFile()).start();
        String dom;
        try {
            dom = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the browser ended");
        } finally {
            process.destroyForcibly();
        }
        assertTrue(dom.contains("</html>"), "the browser gave no document: " + Files.readString(folder.resolve("browser.log")));
        assertEquals(5, dom.split("<svg role=\"img\"", -1).length - 1, "all charts");
        assertTrue(dom.contains("llvm:O2 (reference)"));
        assertTrue(dom.contains("a&lt;script&gt;alert(1)&lt;/script&gt;"), "a hostile name is text");
        for (String closed : new String[] {"table", "details", "section", "figure"}) {
            assertEquals(dom.split("<" + closed + "[ >]", -1).length, dom.split("</" + closed + ">", -1).length, closed);
        }
    }

    private static String browser() {
        for (String folder : System.getenv("PATH").split(":")) {
            for (String name : List.of("chromium", "chromium-browser", "google-chrome")) if (Files.isExecutable(Path.of(folder, name))) return folder + "/" + name;
        }
        return null;
    }

    @Test
    void theFrontierIsWhatNothingBeats() {
        TradeOff.Point slow = point("slow", 1, 1, true), middle = point("middle", 2, 0.9, true), fast = point("fast", 10, 0.4, true);
        TradeOff.Point beaten = point("beaten", 1.5, 0.85, true), equal = point("equal", 2, 0.5, true), unranked = point("unranked", 20, 2, false);
        assertEquals(List.of(slow, middle, fast), TradeOff.frontier(List.of(beaten, fast, unranked, equal, slow, middle)));
        assertEquals(List.of(), TradeOff.frontier(List.of(unranked)));
    }

    private static TradeOff.Point point(String name, double x, double y, boolean ranked) {
        return new TradeOff.Point(name, x, x, x, x, y, y, y, ranked);
    }
}
