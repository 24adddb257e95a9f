package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.Terminal;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.filesystem.TestVolume;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people ask about versions: inspect, diff, verify. */
class VersionCommandsTest {
  @TempDir Path folder;
  private Path source;
  private Path library;

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectories(folder.resolve("source"));
    library = folder.resolve("library");
    Files.createDirectories(source.resolve("bin"));
    write("bin/tool", "a tool\n");
    write("bin/other", "another\n");
    write("note.txt", "1st\n");
    write("gone/a", "a");
    write("gone/b", "b");
    Files.createSymbolicLink(source.resolve("link"), Path.of("bin/tool"));
  }

  private void write(String name, String text) throws IOException {
    Path file = source.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L));
  }

  private String capture() {
    Hierarchy.Said said =
        Hierarchy.command("capture", source.toString(), "--library", library.toString());
    assertThat(said.status()).as(said.toString()).isZero();
    return said.out().lines().findFirst().orElseThrow();
  }

  private Hierarchy.Said ask(String... words) {
    List<String> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--library", library.toString()));
    return Hierarchy.command(all.toArray(String[]::new));
  }

  @Test
  void inspectSaysWhatAVersionHasAndWhatWasLeftOut() throws IOException {
    Files.setPosixFilePermissions(
        source.resolve("bin/tool"), PosixFilePermissions.fromString("rwxr-x---"));
    String digest = capture();
    Hierarchy.Said said = ask("inspect", digest.substring(0, 12), "--entries");
    assertThat(said.status()).as(said.toString()).isZero();
    assertThat(said.out())
        .contains(digest, "Everything is kept.", "bin/tool", "link -> bin/tool", "750")
        .containsPattern("files +5")
        .containsPattern("directories +3");
    assertThat(said.out().lines()).allMatch(line -> line.length() <= 80);
    JsonNode json = new JsonMapper().readTree(ask("inspect", digest, "--entries", "--json").out());
    assertThat(json.path("files").asInt()).isEqualTo(5);
    assertThat(json.path("receipt").path("manifest").asString("")).isEqualTo(digest);
    assertThat(json.path("entries")).hasSize(9);
    Path page = folder.resolve("receipt.html");
    assertThat(ask("inspect", digest, "--page", page.toString()).status()).isZero();
    assertThat(page).content().contains(digest, "Everything is kept.");
  }

  @Test
  void nothingIsRestoredIntoTheLibrary() throws IOException {
    String digest = capture();
    Path link = Files.createSymbolicLink(folder.resolve("link"), library.resolve("temporary"));
    for (Path to : List.of(library, library.resolve("temporary/new"), link.resolve("new"))) {
      Hierarchy.Said said = ask("restore", digest, "--to", to.toString());
      assertThat(said.status()).isNotZero();
      assertThat(said.err()).contains("SLU-204 SOURCE_OVERLAPS: restoring to " + to);
      assertThat(library.resolve("temporary")).isEmptyDirectory();
    }
    assertThat(ask("restore", digest, "--to", folder.resolve("to").toString()).status()).isZero();
  }

  @Test
  void diffTellsEntriesAttributesAndBytesApart() throws IOException {
    String before = capture();
    write("bin/other", "ANOTHER\n");
    write("new/file", "new");
    Files.setPosixFilePermissions(
        source.resolve("note.txt"), PosixFilePermissions.fromString("rw-------"));
    Files.delete(source.resolve("gone/a"));
    Files.delete(source.resolve("gone/b"));
    Files.delete(source.resolve("gone"));
    Files.delete(source.resolve("link"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("bin/other"));
    String after = capture();
    Hierarchy.Said said = ask("diff", before, after);
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.out())
        .contains(
            "- gone\n",
            "+ new\n",
            "~ bin/other: bytes changed\n",
            "~ note.txt: mode 644 -> 600\n",
            "target bin/tool -> bin/other")
        .doesNotContain("gone/a", "new/file", "bin/tool:")
        .contains("2 added, 3 removed,");
    Hierarchy.Said same = ask("diff", after, after);
    assertThat(same.status()).isZero();
    assertThat(same.out()).isEqualTo("identical\n");
    JsonNode json = new JsonMapper().readTree(ask("diff", before, after, "--json").out());
    assertThat(json.path("identical").asBoolean()).isFalse();
    assertThat(json.path("new_chunks").asInt()).isPositive();
  }

  @Test
  void verifyFindsTheVersionAFolderIsMostLike() throws IOException {
    capture();
    write("bin/other", "much longer than before\n");
    write("new/file", "new");
    String second = capture();
    Hierarchy.Said said = ask("verify", source.toString());
    assertThat(said.status()).as(said.toString()).isZero();
    assertThat(said.out()).contains("identical", second);
    write("note.txt", "2nd\n");
    Hierarchy.Said differs = ask("verify", source.toString());
    assertThat(differs.status()).isEqualTo(1);
    assertThat(differs.err()).contains("SLU-107", second, "note.txt");
    assertThat(ask("verify", source.toString(), "--against", second).err()).contains("note.txt");
    Path other = Files.createDirectories(folder.resolve("other/thing"));
    assertThat(ask("verify", other.getParent().toString()).err()).contains("SLU-103", "--against");
    assertThat(ask("verify", folder.resolve("none").toString()).err()).contains("SLU-103", "none");
  }

  @Test
  void aLibraryIsReadWhileAnotherHasIt() throws Exception {
    String digest = capture();
    try (Library held = Library.open(new HostDisk(), library)) {
      assertThat(held.documents()).hasSize(1);
      assertThat(ask("inspect", digest).status()).isZero();
      assertThat(ask("verify", digest).status()).isZero();
      assertThat(ask("verify", source.toString()).status()).isZero();
    }
    assertThat(library.resolve("temporary")).isEmptyDirectory();
  }

  @Test
  void aPageIsNotMadeOfAReceiptThatIsNotThere() throws IOException {
    String digest = capture();
    Files.delete(library.resolve("receipts").resolve(digest + ".json"));
    Path page = folder.resolve("receipt.html");
    Hierarchy.Said said = ask("inspect", digest, "--page", page.toString());
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.err()).contains("SLU-103", digest);
    assertThat(page).doesNotExist();
  }

  @Test
  void whatIsNoPathIsAnsweredAsSuch() {
    capture();
    String root = source.getRoot().toString();
    List<Hierarchy.Said> all =
        List.of(
            ask("verify", "a\0b"),
            ask("verify", source.toString(), "--against", "a\0b"),
            ask("capture", source.toString(), "--key", root));
    assertThat(all).allMatch(said -> said.status() == 1);
    assertThat(all).noneMatch(said -> said.err().contains("SLU-799"));
  }

  @Test
  void textFromASourceReachesNoTerminalAsControlCharacters() throws IOException {
    Path odd = Files.createDirectory(source.resolve("odd\u001b[2J\nname"));
    Files.createSymbolicLink(odd.resolve("link"), Path.of("to\u001b[2J\nSLU-000 OK"));
    String before = capture();
    Files.delete(odd.resolve("link"));
    Files.createSymbolicLink(odd.resolve("link"), Path.of("to\u001b[3J"));
    String after = capture();
    Files.createDirectory(source.resolve("library\u001b[2J"));
    List<Hierarchy.Said> all =
        List.of(
            ask("inspect", before, "--entries"),
            ask("diff", before, after),
            ask("verify", source.toString(), "--against", before),
            ask("verify", odd.toString(), "--against", before),
            ask("capture", odd.resolve("none").toString()));
    assertThat(all).noneMatch(said -> (said.out() + said.err()).contains("\u001b"));
    assertThat(all).noneMatch(said -> (said.out() + said.err()).contains("\nSLU-000"));
    assertThat(all.getFirst().out()).contains("to\\x1b[2J\\x0aSLU-000 OK");
  }

  @Test
  void aLinksTargetIsToldToTheByte() throws Exception {
    Path link = source.resolve("raw");
    assertThat(TestVolume.run("sh", "-c", "ln -s \"$(printf 'x\\377')\" " + link)).isEmpty();
    JsonNode json =
        new JsonMapper().readTree(ask("inspect", capture(), "--entries", "--json").out());
    List<String> targets = new ArrayList<>();
    json.path("entries").forEach(entry -> targets.add(entry.path("target").toString()));
    assertThat(targets).contains("{\"b64\":\"eP8=\"}", "\"bin/tool\"");
  }

  @Test
  void aResultThatCannotBeWrittenIsAFailure() throws Exception {
    String digest = capture();
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "no device that is always full");
    Process process =
        ProductProcess.builder("inspect", digest, "--json", "--library", library.toString())
            .redirectOutput(full.toFile())
            .start();
    String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(3);
    assertThat(said).contains("SLU-308");
  }

  @Test
  void whatLiesBesideAFileThatIsMadeStays() throws IOException {
    String digest = capture();
    for (String name : List.of("out.tar", "page.html")) {
      Path file = folder.resolve(name);
      Path other = Files.writeString(folder.resolve(name + ".part"), "somebody's");
      String option = name.endsWith("tar") ? "--tar" : "--page";
      Hierarchy.Said said =
          ask(name.endsWith("tar") ? "export" : "inspect", digest, option, file.toString());
      assertThat(said.status()).as(said.toString()).isZero();
      assertThat(file).isNotEmptyFile();
      assertThat(other).hasContent("somebody's");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "library", "source", "out.tar", "out.tar.part", "page.html", "page.html.part");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "diff"})
  void whoeverLooksKeepsNobodyFromCapturing(String command) throws IOException {
    String before = capture();
    write("note.txt", "2nd\n");
    String after = capture();
    List<Hierarchy.Said> meanwhile = new ArrayList<>();
    OutputStream watched =
        new OutputStream() {
          @Override
          public void write(int b) {
            if (meanwhile.isEmpty()) {
              meanwhile.add(ask("capture", source.toString()));
            }
          }
        };
    PrintStream out = new PrintStream(watched, true, StandardCharsets.UTF_8);
    List<String> words = new ArrayList<>(List.of(command, before));
    words.add(command.equals("diff") ? after : "--entries");
    words.addAll(List.of("--library", library.toString()));
    Main.commands(new Terminal(out, out, false), new SystemClock(), new SecureRandom(), command)
        .execute(words.toArray(String[]::new));
    assertThat(meanwhile).singleElement().extracting(Hierarchy.Said::status).isEqualTo(0);
  }
}
