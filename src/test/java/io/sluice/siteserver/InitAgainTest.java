package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code site init} in a folder where it was tried before and did not come to its end. */
class InitAgainTest {
  private static final Duration WAIT_MAX = Duration.ofSeconds(90);

  /** So much of the parent's answer passes at a look while its enrolment is waited for. */
  private static final int DRIP_BYTES = 256;

  private static final List<String> MADE_LAST_FIRST =
      List.of(
          "site.json",
          "keys/trusted.json",
          "keys/authority.pem",
          "keys/authority.key",
          "keys/signing.pub",
          "keys/signing.key",
          "library",
          "database",
          "log",
          "keys",
          "lock");

  @TempDir private Path folder;

  @Test
  void joinsInTheSameFolderAfterTheParentRefusedOrDidNotAnswer() throws Exception {
    Path data = folder.resolve("WST");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN")) {
      sites.play(
          () -> {
            Hierarchy.Site centre = sites.site("CEN");
            String nobody = "127.0.0.1:" + Hierarchy.freePort();
            BadInputTest.refused(init(data, centre.invite("WST", nobody)), 3, "SLU-601", nobody);
            Path notes = Files.writeString(data.resolve("notes.txt"), "somebody's\n");
            String replaced = centre.invite("WST");
            String good = centre.invite("WST");
            BadInputTest.refused(init(data, replaced), 1, "SLU-605", "WST");
            Hierarchy.Said serve = Hierarchy.command("site", "serve", "--data", data.toString());
            BadInputTest.refused(serve, 1, "SLU-103", "again, with the same folder");
            requireServing(sites, data, good);
            assertThat(notes).hasContent("somebody's\n");
            BadInputTest.refused(init(data, centre.invite("WST")), 1, "SLU-104", "WST");
          });
    }
  }

  @Test
  void joinsInTheSameFolderAfterItWasKilled() throws Exception {
    Path data = folder.resolve("WST");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN");
        SlowLine line = new SlowLine(sites.site("CEN").address(), 0)) {
      sites.play(
          () -> {
            Hierarchy.Site centre = sites.site("CEN");
            String first = centre.invite("WST", line.address());
            Process asking = launch(data, first);
            sites.until("it asks its parent", WAIT_MAX, line::isHolding);
            BadInputTest.refused(init(data, first), 3, "SLU-302", data.toString());
            kill(asking);
            // The parent enrols the site, and its answer does not arrive.
            Process answered = launch(data, first);
            sites.until(
                "its parent has enrolled it",
                WAIT_MAX,
                () -> {
                  // Only what waits: what was allowed for nothing would let the answer through.
                  if (line.isHolding()) {
                    line.allow(DRIP_BYTES);
                  }
                  return centre.logged("enrolled site WST") > 0;
                });
            kill(answered);
            line.open();
            Hierarchy.Said used = init(data, first);
            BadInputTest.refused(used, 1, "SLU-605", "used already");
            assertThat(used.err()).contains("next: invite the site again");
            requireServing(sites, data, centre.invite("WST"));
          });
    }
  }

  @Test
  void takesUpWhatAnAttemptLeftWhereverItEnded() throws Exception {
    Path data = folder.resolve("CEN");
    Path mark = data.resolve("FORMAT.unfinished");
    for (int undone = 0; undone <= MADE_LAST_FIRST.size(); undone++) {
      Hierarchy.Said said = init(data);
      assertThat(said.status()).as(undone + ": " + said).isZero();
      assertThat(mark).doesNotExist();
      Files.move(data.resolve("FORMAT"), mark);
      Files.writeString(data.resolve("site.json.part"), "{");
      Files.writeString(data.resolve("keys/.signing.key.temporary"), "-----");
      for (String name : MADE_LAST_FIRST.subList(0, undone)) {
        Files.deleteIfExists(data.resolve("keys/.signing.key.temporary"));
        Files.delete(data.resolve(name));
      }
    }
    assertThat(data.toFile().list())
        .containsExactlyInAnyOrder(mark.getFileName().toString(), "site.json.part");
  }

  @Test
  void leavesAloneWhatItDidNotMake() throws IOException {
    Path data = Files.createDirectories(folder.resolve("CEN"));
    Path keys = Files.createDirectories(data.resolve("keys"));
    Path theirs = Files.writeString(keys.resolve("signing.key"), "somebody's\n");
    BadInputTest.refused(init(data), 1, "SLU-104", "CEN");
    assertThat(theirs).hasContent("somebody's\n");
    assertThat(data.toFile().list()).containsExactly("keys");
  }

  private static List<String> words(Path data) throws IOException {
    List<String> words = new ArrayList<>(List.of("site", "init", data.getFileName().toString()));
    words.addAll(List.of("--data", data.toString()));
    words.addAll(List.of("--listen", "127.0.0.1:" + Hierarchy.freePort()));
    words.addAll(List.of("--admin", "127.0.0.1:" + Hierarchy.freePort()));
    return words;
  }

  private static Hierarchy.Said init(Path data) throws IOException {
    return Hierarchy.command(words(data).toArray(String[]::new));
  }

  private static Hierarchy.Said init(Path data, String token) throws IOException {
    List<String> words = words(data);
    words.addAll(List.of("--join", token));
    return Hierarchy.command(words.toArray(String[]::new));
  }

  private Process launch(Path data, String token) throws IOException {
    List<String> words = words(data);
    words.addAll(List.of("--join", token));
    return ProductProcess.builder(words.toArray(String[]::new))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("init.log").toFile())
        .start();
  }

  private static void kill(Process process) {
    assertThat(process.isAlive()).as("it waits for its parent").isTrue();
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Joins, serves, and is known to its parent. */
  private static void requireServing(Hierarchy sites, Path data, String token) throws Exception {
    sites.found("WST", data, Optional.of(token)).start();
    sites.until(
        "the parent hears of it",
        WAIT_MAX,
        () ->
            sites.site("CEN").get("/v0/status", Views.StatusView.class).sites().stream()
                .anyMatch(one -> one.site().equals("WST") && !one.lastHeard().isEmpty()));
  }
}
