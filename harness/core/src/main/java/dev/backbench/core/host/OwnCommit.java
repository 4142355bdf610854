package dev.backbench.core.host;

import dev.backbench.core.row.Manifest.Ci;
import dev.backbench.core.row.Manifest.Commit;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Which commit of this program measured, and on whose behalf. */
public final class OwnCommit {
    private OwnCommit() {}

    /** From the system properties {@code backbench.commit} and {@code backbench.dirty}, or the Git repository that the classes lie in. */
    public static Commit read(Map<String, String> unknown) {
        String given = System.getProperty("backbench.commit");
        if (given != null) return new Commit(given, Boolean.getBoolean("backbench.dirty"));
        Path repository = repository();
        String id = repository == null ? null : git(repository, "rev-parse", "HEAD");
        if (id == null) {
            unknown.put("commit.id", repository == null ? "the classes lie in no Git repository" : "git rev-parse failed in " + repository);
            unknown.put("commit.dirty", "the commit is unknown");
            return new Commit(null, null);
        }
        String changes = git(repository, "status", "--porcelain", "--untracked-files=no");
        if (changes == null) unknown.put("commit.dirty", "git status failed");
        return new Commit(id, changes == null ? null : !changes.isEmpty());
    }

    /** The commit under test where a CI says it. */
    public static Ci ci(Map<String, String> unknown) {
        Map<String, String> env = System.getenv();
        if (env.containsKey("GITHUB_ACTIONS")) return new Ci("github", env.get("GITHUB_SHA"), env.get("GITHUB_REF_NAME"));
        if (env.containsKey("GITLAB_CI")) return new Ci("gitlab", env.get("CI_COMMIT_SHA"), env.get("CI_COMMIT_REF_NAME"));
        if (env.containsKey("JENKINS_URL")) return new Ci("jenkins", env.get("GIT_COMMIT"), env.get("GIT_BRANCH"));
        unknown.put("ci", env.containsKey("CI") ? "a CI that this program does not know" : "not run by a CI");
        return null;
    }

    private static Path repository() {
        try {
            Path at = Path.of(OwnCommit.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (; at != null; at = at.getParent()) if (Files.exists(at.resolve(".git"))) return at;
        } catch (URISyntaxException | RuntimeException noPlace) {
            // the same as no repository
        }
        return null;
    }

    private static String git(Path repository, String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = repository.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? text : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
