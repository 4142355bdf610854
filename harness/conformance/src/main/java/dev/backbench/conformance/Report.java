package dev.backbench.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Results as text or JSON. */
final class Report {
    private static final int SCHEMA = 1;

    private Report() {}

    /** {@code N passed, N failed, N skipped}. */
    static String totals(List<FileResult> results) {
        return total(results, Outcome.Status.PASSED) + " passed, " + total(results, Outcome.Status.FAILED) + " failed, " + total(results, Outcome.Status.SKIPPED) + " skipped";
    }

    static int total(List<FileResult> results, Outcome.Status status) {
        int total = 0;
        for (FileResult result : results) total += result.count(status);
        return total;
    }

    static String line(FileResult result) {
        return result.file().getFileName() + ": " + totals(List.of(result));
    }

    /** Failures, then what was skipped by feature; the totals are the last line. */
    static void text(List<FileResult> results, PrintStream out) {
        Map<String, Integer> skipped = new TreeMap<>();
        for (FileResult result : results) {
            for (Outcome o : result.outcomes()) {
                if (o.status() != Outcome.Status.FAILED) continue;
                out.println("failed " + result.file().getFileName() + ":" + o.line() + ": " + o.command() + ": expected " + o.expected() + ", got " + o.got());
            }
            result.skippedByFeature().forEach((feature, count) -> skipped.merge(feature, count, Integer::sum));
        }
        skipped.forEach((feature, count) -> out.println("skipped for " + feature + ": " + count));
        out.println(totals(results));
    }

    static void json(String suite, String backend, List<FileResult> results, PrintStream out) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode document = mapper.createObjectNode().put("schema", SCHEMA).put("suite", suite).put("backend", backend);
        counts(document, results);
        ArrayNode files = document.putArray("files");
        for (FileResult result : results) {
            ObjectNode file = files.addObject().put("file", result.file().toString());
            counts(file, List.of(result));
            ObjectNode skipped = file.putObject("skipped_by_feature");
            result.skippedByFeature().forEach(skipped::put);
            ArrayNode failures = file.putArray("failures");
            for (Outcome o : result.outcomes()) {
                if (o.status() != Outcome.Status.FAILED) continue;
                failures.addObject().put("line", o.line()).put("command", o.command()).put("expected", o.expected()).put("got", o.got());
            }
        }
        out.println(mapper.writeValueAsString(document));
    }

    private static void counts(ObjectNode node, List<FileResult> results) {
        node.put("passed", total(results, Outcome.Status.PASSED)).put("failed", total(results, Outcome.Status.FAILED)).put("skipped", total(results, Outcome.Status.SKIPPED));
    }
}
