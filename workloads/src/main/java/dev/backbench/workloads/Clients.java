package dev.backbench.workloads;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The registries' own clients as child processes: they know the user's proxies, mirrors and credentials. */
class Clients {
    private static final int TIMEOUT_MINUTES = 15, SHOWN_LINES = 6;

    /** Downloads a package into a folder without installing it or running anything of it. */
    static List<String> command(PinnedModules.Pinned pinned, Path folder) {
        String to = folder.toString();
        return switch (pinned.client()) {
            case "npm" -> List.of("npm", "pack", "--loglevel=error", "--pack-destination", to, pinned.packageName() + "@" + pinned.version());
            case "pip" -> List.of("python3", "-m", "pip", "download", "--progress-bar=off", "--no-deps", "--only-binary=:all:", "--dest", to, pinned.packageName() + "==" + pinned.version());
            default -> throw new IllegalArgumentException(pinned.client());
        };
    }

    /** What a user would type, into the folder they are in. */
    static String byHand(PinnedModules.Pinned pinned) {
        return String.join(" ", command(pinned, Path.of(".")));
    }

    List<String> downloading(PinnedModules.Pinned pinned, Path folder) {
        return command(pinned, folder);
    }

    /** @throws WorkloadException if the client is missing, fails or takes too long */
    void download(PinnedModules.Pinned pinned, Path folder) throws IOException, InterruptedException {
        List<String> command = downloading(pinned, folder);
        Path log = folder.resolve("client.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new WorkloadException(missing(pinned, command.getFirst()), e);
        }
        boolean ended = false;
        try {
            ended = process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES);
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
        if (!ended) throw new WorkloadException(pinned.client() + " did not fetch " + pinned.what() + " within " + TIMEOUT_MINUTES + " minutes; try again, or by hand: " + byHand(pinned));
        if (process.exitValue() != 0) throw new WorkloadException(failed(pinned, process.exitValue(), Files.readString(log, StandardCharsets.ISO_8859_1)));
    }

    private static String missing(PinnedModules.Pinned pinned, String program) {
        String cure = program.equals("npm") ? "install Node.js (Debian: apt-get install npm)" : "install Python 3 with pip (Debian: apt-get install python3-pip)";
        return "fetching " + pinned.name() + " needs " + program + ", which is not on the path: " + cure;
    }

    private static String failed(PinnedModules.Pinned pinned, int exit, String log) {
        List<String> lines = log.lines().filter(l -> !l.isBlank()).toList();
        String said = String.join("\n  ", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
        String text = log.toLowerCase(java.util.Locale.ROOT);
        boolean offline = List.of("enotfound", "eai_again", "econnrefused", "etimedout", "enetunreach", "name resolution", "newconnectionerror", "network is unreachable",
                "connection refused", "max retries", "connection broken").stream().anyMatch(text::contains);
        String why = text.contains("no module named pip") ? "python3 has no pip (Debian: apt-get install python3-pip)"
                : offline ? "its registry cannot be reached: are you online?" : pinned.client() + " ended with " + exit;
        return "could not fetch " + pinned.what() + ": " + why + (said.isEmpty() ? "" : "\n  " + said) + "\nBy hand: " + byHand(pinned);
    }
}
