package io.sluice.siteserver;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The product in a process of its own, from the classes under test. A Java machine takes seconds to
 * start, and these tests start dozens: the classes are put in a jar and an ahead-of-time cache is
 * made by one site that is started and stopped, once for all tests. Without a cache all is the
 * same, slower.
 */
final class ProductProcess {
  private static final long TRAINING_SECONDS_MAX = 90;
  private static final long RUN_SECONDS_MAX = 120;

  private final Path folder;
  private final String classPath;
  private final Path cache;

  /** Made when first needed. */
  private static final class Once {
    static final ProductProcess PRODUCT = made();

    private static ProductProcess made() {
      try {
        ProductProcess product = new ProductProcess(Files.createTempDirectory("sluice-product"));
        product.train();
        return product;
      } catch (IOException | URISyntaxException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private ProductProcess(Path folder) throws IOException, URISyntaxException {
    this.folder = folder;
    this.cache = folder.resolve("sluice.aot");
    Path jar = folder.resolve("sluice.jar");
    Path classes = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> parts = new ArrayList<>();
    if (Files.isDirectory(classes)) {
      pack(classes, jar);
      parts.add(jar.toString());
    }
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (part.endsWith(".jar") && Files.isRegularFile(Path.of(part))) {
        parts.add(part);
      }
    }
    this.classPath = String.join(File.pathSeparator, parts);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::delete));
  }

  /** A builder of a process that runs a command; its log says everything. */
  static ProcessBuilder builder(String... words) {
    return Once.PRODUCT.process("-XX:AOTCache=" + Once.PRODUCT.cache, words);
  }

  /**
   * Runs a command to its end.
   *
   * @param before what runs the Java machine, such as setpriv with its options; may be empty
   */
  static Hierarchy.Said run(List<String> before, String... words)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(before);
    line.addAll(builder(words).command());
    Path out = Files.createTempFile(Once.PRODUCT.folder, "said", ".out");
    Path err = Files.createTempFile(Once.PRODUCT.folder, "said", ".err");
    Process process =
        new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AssertionError(line + " does not end: " + Files.readString(err));
      }
      return new Hierarchy.Said(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      process.destroyForcibly();
    }
  }

  /** The temporary folder of every process built here. */
  static Path temporaryFolder() {
    return Once.PRODUCT.folder;
  }

  private ProcessBuilder process(String option, String... words) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Dsluice.log=DEBUG",
                "-Djava.io.tmpdir=" + folder,
                "-Djdk.util.jar.enableMultiRelease=false",
                "--enable-native-access=ALL-UNNAMED"));
    line.add(option);
    line.addAll(List.of("-cp", classPath, Main.class.getName()));
    line.addAll(List.of(words));
    return new ProcessBuilder(line);
  }

  private void train() throws IOException, InterruptedException {
    String data = folder.resolve("training").toString();
    Hierarchy.command(
        "site", "init", "CEN", "--data", data, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0");
    Path said = folder.resolve("training.log");
    Process process =
        process("-XX:AOTCacheOutput=" + cache, "site", "serve", "--data", data)
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TRAINING_SECONDS_MAX);
      while (process.isAlive()
          && System.nanoTime() < end
          && !Files.readString(said).contains("serves; children dial")) {
        Thread.sleep(50);
      }
      process.destroy();
      process.waitFor(TRAINING_SECONDS_MAX, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void pack(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
        packed.putNextEntry(new JarEntry(name));
        Files.copy(file, packed);
      }
    }
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + folder + ", " + e);
    }
  }
}
