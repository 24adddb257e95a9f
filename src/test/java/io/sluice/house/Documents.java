package io.sluice.house;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the repository's documents, and every text file for what no file may say. */
final class Documents {
  private static final Set<String> NOT_OURS =
      Set.of(".git", "target", ".idea", ".vscode", ".settings", "node_modules");
  private static final Pattern LINK =
      Pattern.compile("\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)");
  private static final Pattern REFERENCE = Pattern.compile("^\\[[^\\]]+\\]:\\s*<?([^\\s>]+)");
  private static final Pattern SCHEME = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:.*");
  private static final Pattern GOLDEN = Pattern.compile("^Golden: *`?([^`\\s]+)`?\\s*$");
  private static final Pattern WORKSHOP = Pattern.compile("(?<![\\w.~])/work" + "/");
  private static final int TEXT_BYTES_MAX = 1 << 20;

  private Documents() {}

  static List<String> check(Path root) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files(root)) {
      String text = text(file);
      if (WORKSHOP.matcher(text).find()) {
        found.add(file + ": names a path of the machine it was written on");
      }
      if (file.toString().endsWith(".md")) {
        found.addAll(checkMarkdown(file, text.lines().toList()));
      }
    }
    return found;
  }

  /** The anchors that the usual forges make of a document's headings. */
  static Set<String> anchors(List<String> lines) {
    Set<String> anchors = new HashSet<>();
    for (String line : prose(lines)) {
      if (line.matches("#{1,6} .*")) {
        String slug = slug(line.replaceFirst("^#+ +", ""));
        String anchor = slug;
        for (int i = 1; !anchors.add(anchor); i++) {
          anchor = slug + "-" + i;
        }
      }
    }
    return anchors;
  }

  private static String slug(String heading) {
    return heading
        .strip()
        .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }

  private static List<String> checkMarkdown(Path file, List<String> lines) throws IOException {
    List<String> found = new ArrayList<>();
    List<String> prose = prose(lines);
    long titles = prose.stream().filter(line -> line.startsWith("# ")).count();
    if (titles != 1) {
      found.add("%s: %d titles (lines that start with one #), exactly one".formatted(file, titles));
    }
    for (int i = 0; i < prose.size(); i++) {
      String line = prose.get(i).replaceAll("`[^`]*`", "");
      for (Pattern pattern : List.of(LINK, REFERENCE)) {
        for (var match : pattern.matcher(line).results().toList()) {
          if (!resolves(file, match.group(1))) {
            found.add("%s:%d: %s leads nowhere".formatted(file, i + 1, match.group(1)));
          }
        }
      }
    }
    if (file.startsWith("docs/formats") && !file.endsWith("README.md")) {
      found.addAll(checkGolden(file, lines));
    }
    return found;
  }

  private static List<String> checkGolden(Path file, List<String> lines) {
    List<String> golden =
        lines.stream()
            .flatMap(line -> GOLDEN.matcher(line).results())
            .map(match -> match.group(1))
            .toList();
    if (golden.isEmpty()) {
      return List.of(file + ": no line 'Golden: path' that names its golden file");
    }
    return golden.stream()
        .filter(path -> !Files.exists(Path.of(path)))
        .map(path -> "%s: its golden file %s does not exist".formatted(file, path))
        .toList();
  }

  private static boolean resolves(Path file, String link) throws IOException {
    if (SCHEME.matcher(link).matches()) {
      return true;
    }
    if (link.startsWith("/")) {
      return false;
    }
    int hash = link.indexOf('#');
    String path = hash < 0 ? link : link.substring(0, hash);
    Path target = path.isEmpty() ? file : file.resolveSibling(path.replace("%20", " "));
    if (!Files.exists(target.toAbsolutePath().normalize())) {
      return false;
    }
    if (hash < 0 || !target.toString().endsWith(".md")) {
      return true;
    }
    return anchors(text(target).lines().toList()).contains(link.substring(hash + 1));
  }

  /** The lines with those of fenced code blanked, so that numbers stay right. */
  private static List<String> prose(List<String> lines) {
    List<String> prose = new ArrayList<>();
    boolean fenced = false;
    for (String line : lines) {
      boolean fence = line.strip().startsWith("```");
      prose.add(fenced || fence ? "" : line);
      fenced ^= fence;
    }
    return prose;
  }

  /** Empty for what is no text or too long to have been written by hand. */
  private static String text(Path file) throws IOException {
    if (Files.size(file) > TEXT_BYTES_MAX) {
      return "";
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    return text.indexOf('\0') >= 0
        ? ""
        : new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static List<Path> files(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return NOT_OURS.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
