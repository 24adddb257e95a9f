package io.sluice.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Coverage-guided fuzzing of each parser in a small heap (docs/design/0022). It begins with the
 * inputs that were kept and with what earlier runs found, in {@code target/fuzz}.
 */
@Tag("long")
class FuzzTest {
  /** Of one parser. */
  private static final int RUNS = Integer.getInteger("sluice.fuzz.runs", 10_000_000);

  /**
   * For one parser, whether its runs are done or not: most take some minutes, the slowest hours.
   */
  private static final int SECONDS_MAX = Integer.getInteger("sluice.fuzz.seconds", 3_600);

  /** The heap is the bound of memory: an input that wants more is a finding. */
  private static final String HEAP = "-Xmx256m";

  private static final int INPUT_BYTES_MAX = 16 * 1024;

  /** One input that takes longer is a finding. */
  private static final int INPUT_SECONDS_MAX = 10;

  private static final int LINES_KEPT = 100;
  private static final Path FOLDER = Path.of("target/fuzz").toAbsolutePath();

  @ParameterizedTest
  @EnumSource
  void noInputOfAnyKindGetsAnExceptionOutOfAParser(Parser parser) throws Exception {
    Path found = Files.createDirectories(FOLDER.resolve(parser.folder()).resolve("found"));
    Path broken = Files.createDirectories(FOLDER.resolve(parser.folder()).resolve("broken"));
    for (Path seed : parser.seedFiles()) {
      Files.copy(seed, found.resolve(seed.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }
    Process process =
        new ProcessBuilder(command(parser, found, broken)).redirectErrorStream(true).start();
    try (BufferedReader output = process.inputReader(StandardCharsets.ISO_8859_1)) {
      List<String> said = lastLines(output);
      assertThat(process.waitFor()).as("of %s\n%s", parser, String.join("\n", said)).isZero();
      assertThat(said).anyMatch(line -> line.matches("Done [0-9]+ runs in .*"));
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static List<String> command(Parser parser, Path found, Path broken) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Djdk.util.jar.enableMultiRelease=false",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:+EnableDynamicAgentLoading",
        "-XX:+UseSerialGC",
        HEAP,
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + Fuzzer.class.getName(),
        "--target_args=" + parser.name(),
        "--instrumentation_includes=io.sluice.**",
        "--custom_hook_includes=io.sluice.**",
        "--reproducer_path=" + broken,
        "-artifact_prefix=" + broken + "/",
        "-runs=" + RUNS,
        "-max_total_time=" + SECONDS_MAX,
        "-max_len=" + INPUT_BYTES_MAX,
        "-timeout=" + INPUT_SECONDS_MAX,
        "-print_final_stats=1",
        "-rss_limit_mb=0",
        found.toString());
  }

  private static List<String> lastLines(BufferedReader output) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      lines.add(line);
      if (lines.size() > LINES_KEPT) {
        lines.removeFirst();
      }
    }
    return lines;
  }
}
