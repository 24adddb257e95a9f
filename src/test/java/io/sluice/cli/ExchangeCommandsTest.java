package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.time.SystemClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Export and import as a person or a script calls them. */
class ExchangeCommandsTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String digest = "";

  @BeforeEach
  void capture() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source/d"));
    Files.writeString(source.resolve("f"), "content");
    Files.writeString(source.resolveSibling("g"), "other content");
    run(
        new CaptureCommand(terminal(), new SystemClock()),
        folder.resolve("source").toString(),
        "--library",
        folder.resolve("library").toString());
    digest = out.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
    out.reset();
  }

  private Terminal terminal() {
    return new Terminal(new PrintStream(out, true), new PrintStream(err, true), false);
  }

  private int run(Callable<Integer> command, String... words) {
    CommandLine line = new CommandLine(command);
    line.setExecutionExceptionHandler(
        (e, parsed, result) -> terminal().report((io.sluice.failure.Failure) e));
    return line.execute(words);
  }

  private int export(String option, String file) {
    String library = folder.resolve("library").toString();
    return run(new ExportCommand(terminal()), digest, option, file, "--library", library, "--json");
  }

  private JsonNode imported(byte[] input, String file, String library) {
    out.reset();
    ImportCommand command =
        new ImportCommand(terminal(), new SystemClock(), new ByteArrayInputStream(input));
    int status = run(command, file, "--library", folder.resolve(library).toString(), "--json");
    assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return new JsonMapper().readTree(out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aVersionGoesThroughAPipeIntoAnotherLibrary() throws Exception {
    assertThat(export("--tar", "-")).isZero();
    JsonNode said = new JsonMapper().readTree(err.toString(StandardCharsets.UTF_8));
    assertThat(said.get("digest").asString()).isEqualTo(digest);
    assertThat(said.get("bytes").asLong()).isEqualTo(out.size());
    JsonNode imported = imported(out.toByteArray(), "-", "other");
    assertThat(imported.get("digest").asString()).isEqualTo(digest);
    assertThat(imported.get("entries").asInt()).isEqualTo(4);
    try (Stream<Path> left = Files.list(folder.resolve("other/temporary"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aFileIsMadeWholeAndNoneIsReplaced() throws Exception {
    Path archive = folder.resolve("a.tar");
    assertThat(export("--tar", archive.toString())).isZero();
    byte[] made = Files.readAllBytes(archive);
    assertThat(export("--tar", archive.toString())).isEqualTo(Terminal.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("SLU-104");
    assertThat(Files.readAllBytes(archive)).isEqualTo(made);
    assertThat(NewFile.part(folder.resolve("a.tar"))).doesNotExist();
    JsonNode imported = imported(new byte[0], archive.toString(), "other");
    assertThat(imported.get("digest").asString()).isEqualTo(digest);
  }

  @Test
  void aWimIsKnownByHowItBegins() throws Exception {
    Path wim = folder.resolve("a.wim");
    assertThat(export("--wim", wim.toString())).isZero();
    JsonNode said = new JsonMapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(said.get("not_held").toString()).contains("permission bits");
    JsonNode imported = imported(new byte[0], wim + ":1", "other");
    assertThat(imported.get("entries").asInt()).isEqualTo(4);
    assertThat(imported.get("bytes_read").asInt()).isEqualTo(20);
  }

  @Test
  void whatIsRefusedPublishesNothing() throws Exception {
    Path archive = Files.writeString(folder.resolve("no.tar"), "no archive");
    ImportCommand command = new ImportCommand(terminal(), new SystemClock());
    String other = folder.resolve("other").toString();
    assertThat(run(command, archive.toString(), "--library", other)).isEqualTo(Terminal.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("SLU-221");
    try (Library library = Library.open(new HostDisk(), folder.resolve("other"))) {
      assertThat(library.documents()).isEmpty();
    }
  }
}
