package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The table of folders in docs/architecture.md and the POMs say the same about who may import whom. */
class ModuleArrowsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("../..").normalize();

    /** A module as its POM tells it: which folder, and which folders it imports outside of tests. */
    private record Module(String folder, TreeSet<String> imports) {}

    @Test
    void pomsKeepToTheTable() throws Exception {
        Map<String, List<String>> table = table();
        List<String> broken = new ArrayList<>();
        for (Module module : modules()) {
            String row = module.folder.startsWith("adapters/") ? "adapters/*" : module.folder;
            List<String> allowed = table.get(row);
            if (allowed == null) {
                broken.add(module.folder + " has no row in docs/architecture.md");
                continue;
            }
            for (String imported : module.imports) {
                String name = imported.startsWith("adapters/") ? "adapters" : imported.substring(imported.lastIndexOf('/') + 1);
                if (!allowed.contains(name)) broken.add(module.folder + " imports " + imported + "; its row allows " + allowed);
            }
        }
        assertEquals(List.of(), broken);
    }

    @Test
    void everyRowIsAModule() throws Exception {
        TreeSet<String> rows = new TreeSet<>();
        for (Module module : modules()) rows.add(module.folder.startsWith("adapters/") ? "adapters/*" : module.folder);
        assertEquals(rows, new TreeSet<>(table().keySet()));
    }

    @Test
    void modulesAreBuiltInTheOrderOfTheArrows() throws Exception {
        List<String> built = new ArrayList<>();
        for (Module module : modules()) {
            assertTrue(built.containsAll(module.imports), module.folder + " comes before one of " + module.imports + " in the root POM");
            built.add(module.folder);
        }
    }

    /** An adapter takes part by its service file; the toy has one for its tests only. */
    @Test
    void distJoinsEveryBackEndButTheToy() throws Exception {
        TreeSet<String> backEnds = new TreeSet<>(), joined = new TreeSet<>();
        for (Module module : modules()) {
            if (Files.exists(ROOT.resolve(module.folder).resolve("src/main/resources/META-INF/services/dev.backbench.spi.Backend"))) backEnds.add(module.folder);
            if (module.folder.equals("harness/dist")) joined.addAll(module.imports);
        }
        assertTrue(backEnds.size() >= 3, "service files were not found: " + backEnds);
        assertTrue(joined.containsAll(backEnds), "harness/dist has " + joined + " and not all of " + backEnds);
        assertTrue(!joined.contains("adapters/toy"), "the toy is no part of the program");
    }

    private static Map<String, List<String>> table() throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/architecture.md"))) {
            String[] cells = line.split("\\|");
            if (!line.startsWith("| `") || cells.length != 4) continue;
            String allowed = cells[3].strip();
            rows.put(cells[1].replace("`", "").strip(), allowed.equals("nothing") ? List.of() : List.of(allowed.split(", *")));
        }
        assertTrue(rows.size() >= 12, "the table of folders was not found in docs/architecture.md");
        return rows;
    }

    private static List<Module> modules() throws Exception {
        List<String> folders = new ArrayList<>();
        for (Element module : children(first(pom(""), "modules"), "module")) folders.add(module.getTextContent().strip());
        Map<String, String> folderOf = new TreeMap<>();
        for (String folder : folders) folderOf.put(first(pom(folder), "artifactId").getTextContent(), folder);
        List<Module> modules = new ArrayList<>();
        for (String folder : folders) {
            TreeSet<String> imports = new TreeSet<>();
            for (Element dependency : children(first(pom(folder), "dependencies"), "dependency")) {
                Element scope = first(dependency, "scope");
                boolean ours = first(dependency, "groupId").getTextContent().equals("dev.backbench");
                if (ours && (scope == null || !scope.getTextContent().equals("test"))) imports.add(folderOf.get(first(dependency, "artifactId").getTextContent()));
            }
            modules.add(new Module(folder, imports));
        }
        return modules;
    }

    private static Element pom(String folder) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(ROOT.resolve(folder).resolve("pom.xml").toFile()).getDocumentElement();
    }

    private static Element first(Element parent, String name) {
        List<Element> found = children(parent, name);
        return found.isEmpty() ? null : found.getFirst();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        if (parent == null) return found;
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) if (n instanceof Element e && e.getTagName().equals(name)) found.add(e);
        return found;
    }
}
