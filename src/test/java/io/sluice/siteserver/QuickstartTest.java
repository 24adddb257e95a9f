package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.Terminal;
import io.sluice.time.SystemClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scenario of quickstart with the sample it makes itself. */
class QuickstartTest {
  /** Streams of the sample; of its second version one is gone and one is new. */
  private static final int STREAMS = 6;

  @TempDir private Path folder;

  @Test
  void distributesItsSampleAndThenAnUpdateOfIt() throws Exception {
    Path runtime = Files.createDirectories(folder.resolve("runtime"));
    Files.write(runtime.resolve("library.so"), new byte[600_000]);
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(out, out, false);
    Path work = Files.createDirectories(folder.resolve("work"));
    try (Quickstart quickstart =
        new Quickstart(terminal, new SystemClock(), new SecureRandom(), work, runtime)) {
      assertThat(quickstart.run(Optional.empty()))
          .as(said.toString(StandardCharsets.UTF_8))
          .isTrue();
    }
    assertThat(said.toString(StandardCharsets.UTF_8))
        .containsPattern("v1 captured +[0-9.]+ MB +" + STREAMS + " ")
        .containsPattern("v1 compared +[0-9.]+ MB +" + STREAMS + " .*identical")
        .containsPattern("v2 sent CEN -> WST +[1-9]")
        .containsPattern("v2 sent WST -> STO +[1-9]")
        .containsPattern("v2 compared +[0-9.]+ MB +" + STREAMS + " .*identical")
        .contains("identical: source and STO's distribution point")
        .doesNotContain("DIFFERENT");
  }
}
