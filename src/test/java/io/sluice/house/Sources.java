package io.sluice.house;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/** Reads Java sources with the compiler's own parser. */
final class Sources {
  private static final int METHOD_LINES_MAX = 60;
  private static final int FILE_LINES_MAX = 500;
  private static final int PARAMETERS_MAX = 6;
  private static final Set<String> TEST_MARKS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate");
  private static final List<String> UNFINISHED = List.of("TO" + "DO", "FIX" + "ME");

  private static final Map<String, String> BANNED =
      Map.ofEntries(
          Map.entry("Manager", "say what it does: Planner, Keeper, Supervisor"),
          Map.entry("Helper", "put the method where its data is, or name the idea"),
          Map.entry("Util", "put the method where its data is, or name the idea"),
          Map.entry("Utils", "put the method where its data is, or name the idea"),
          Map.entry("Impl", "name what sets it apart: DiskChunkStore, MemoryChunkStore"),
          Map.entry("Common", "name the idea, or move it to the room that owns it"),
          Map.entry("Base", "use a sealed interface or a value held by both"),
          Map.entry("Info", "name the fact: Version, Health, Description"),
          Map.entry("Data", "name the thing: Manifest, Frame, Row"),
          Map.entry("Processor", "say what it does: Sender, Chunker, Verifier"),
          Map.entry("Misc", "name the idea, or split it"),
          Map.entry("Handler", "only in web; elsewhere Job, Step, Receiver"));

  private Sources() {}

  static List<String> check(Path... roots) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path root : roots) {
      files.addAll(javaFiles(root));
    }
    List<String> found = new ArrayList<>(packagesWithoutIntroduction(roots[0]));
    var compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "no JDK");
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var units = manager.getJavaFileObjectsFromPaths(files);
      var options = List.of("-proc:none", "--release", "25");
      var task = (JavacTask) compiler.getTask(null, manager, null, options, null, units);
      var positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        found.addAll(checkFile(unit, positions));
      }
    }
    return found;
  }

  /** The words of a name in camel case; a run of capitals is one word. */
  static List<String> words(String name) {
    return List.of(name.split("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_"));
  }

  private static List<String> checkFile(CompilationUnitTree unit, SourcePositions positions)
      throws IOException {
    Path file = Path.of("").toAbsolutePath().relativize(Path.of(unit.getSourceFile().toUri()));
    List<String> found = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    if (lines.size() > FILE_LINES_MAX) {
      found.add("%s: %d lines, at most %d".formatted(file, lines.size(), FILE_LINES_MAX));
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (UNFINISHED.stream().anyMatch(line::contains)) {
        found.add("%s:%d: unfinished; do it or write it down elsewhere".formatted(file, i + 1));
      }
    }
    if (file.endsWith("package-info.java")) {
      found.addAll(checkIntroduction(file, unit, lines));
    }
    new Visitor(file, unit, positions, found).scan(unit, null);
    return found;
  }

  private static List<String> checkIntroduction(
      Path file, CompilationUnitTree unit, List<String> lines) {
    List<String> found = new ArrayList<>();
    if (!file.startsWith("src/main")) {
      return found;
    }
    if (!has(unit.getPackage().getAnnotations(), Set.of("NullMarked"))) {
      found.add(file + ": the package is not @NullMarked");
    }
    if (lines.stream().noneMatch(line -> line.startsWith("/**"))) {
      found.add(file + ": no doc comment that introduces the room");
    }
    return found;
  }

  private static List<String> packagesWithoutIntroduction(Path root) throws IOException {
    Set<Path> folders = new TreeSet<>();
    javaFiles(root).forEach(file -> folders.add(file.getParent()));
    return folders.stream()
        .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
        .map(folder -> folder + ": no package-info.java")
        .toList();
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static boolean has(List<? extends AnnotationTree> annotations, Set<String> names) {
    return annotations.stream()
        .map(one -> one.getAnnotationType().toString())
        .map(name -> name.substring(name.lastIndexOf('.') + 1))
        .anyMatch(names::contains);
  }

  private static boolean isTest(Tree member) {
    return member instanceof MethodTree method
        && has(method.getModifiers().getAnnotations(), TEST_MARKS);
  }

  private static final class Visitor extends TreeScanner<Void, Void> {
    private final Path file;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> found;

    Visitor(Path file, CompilationUnitTree unit, SourcePositions positions, List<String> found) {
      this.file = file;
      this.unit = unit;
      this.positions = positions;
      this.found = found;
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      String name = type.getSimpleName().toString();
      words(name).stream()
          .filter(BANNED::containsKey)
          .filter(word -> !(word.equals("Handler") && inRoom("web")))
          .forEach(word -> report(type, name + ": no " + word + "; " + BANNED.get(word)));
      if (type.getKind() == Tree.Kind.RECORD) {
        long components = type.getMembers().stream().filter(this::isComponent).count();
        countParameters(type, "record " + name, components);
      }
      if (unit.getTypeDecls().contains(type)
          && !name.endsWith("Test")
          && type.getMembers().stream().anyMatch(Sources::isTest)) {
        report(type, name + ": a test class's name ends in Test, or it may never run");
      }
      return super.visitClass(type, null);
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      LineMap lines = unit.getLineMap();
      long start = positions.getStartPosition(unit, method);
      long end = positions.getEndPosition(unit, method);
      if (start >= 0 && end >= 0) {
        long length = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
        if (length > METHOD_LINES_MAX) {
          report(
              method,
              "%s: %d lines, at most %d".formatted(method.getName(), length, METHOD_LINES_MAX));
        }
      }
      countParameters(method, method.getName().toString(), method.getParameters().size());
      return super.visitMethod(method, null);
    }

    private boolean isComponent(Tree member) {
      return member instanceof VariableTree field && !isStatic(field.getModifiers());
    }

    private static boolean isStatic(ModifiersTree modifiers) {
      return modifiers.getFlags().contains(Modifier.STATIC);
    }

    private boolean inRoom(String room) {
      return file.toString().contains("/io/sluice/" + room + "/");
    }

    private void countParameters(Tree where, String name, long count) {
      if (count > PARAMETERS_MAX) {
        report(
            where,
            "%s: %d parameters, at most %d; a record is missing"
                .formatted(name, count, PARAMETERS_MAX));
      }
    }

    private void report(Tree where, String what) {
      long line = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, where));
      found.add("%s:%d: %s".formatted(file, line, what));
    }
  }
}
