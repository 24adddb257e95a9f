package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import io.sluice.content.TestContent;
import io.sluice.database.TestDatabase;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers in this process, and the commands that ask them. */
class SiteServerTest {
  @TempDir private Path folder;

  private Path source;

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("one.txt"), "one\n");
  }

  private static SiteServer serve(Path data) throws Exception {
    return SiteServer.start(
        new SiteFolder(data), new SystemClock(), new SecureRandom(), point -> {});
  }

  private static Hierarchy.Said done(String... words) {
    Hierarchy.Said said = Hierarchy.command(words);
    assertThat(said.status()).as(said.toString()).isZero();
    return said;
  }

  private Path founded(String code, String host, String... more) {
    Path data = folder.resolve(code);
    java.util.ArrayList<String> words =
        new java.util.ArrayList<>(
            List.of("site", "init", code, "--data", data.toString(), "--listen", host + ":0"));
    words.addAll(List.of("--admin", host + ":0"));
    words.addAll(List.of(more));
    done(words.toArray(String[]::new));
    return data;
  }

  private String status(Path data) {
    return done("status", "--data", data.toString()).out();
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    while (!holds.call()) {
      Thread.sleep(50);
    }
  }

  private static Views.StatusView look(SiteServer server) throws Exception {
    try (var client = server.client()) {
      return client.get("/v0/status", Views.StatusView.class);
    }
  }

  @Test
  void servesChildrenAndCommandsOverIpv6() throws Exception {
    byte[] loopback = new byte[16];
    loopback[15] = 1;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(loopback))) {
      assertThat(socket.isBound()).isTrue();
    } catch (IOException e) {
      Assumptions.abort("no IPv6 here: " + e.getMessage());
    }
    Path above = founded("CEN", "[::1]");
    try (SiteServer centre = serve(above)) {
      assertThat(centre.siteAddress()).startsWith("[");
      String token =
          done("site", "invite", "STO", "--data", above.toString())
              .out()
              .lines()
              .findFirst()
              .orElseThrow();
      Path below = founded("STO", "[::1]", "--join", token);
      try (SiteServer shop = serve(below)) {
        until(() -> look(shop).parent().state().equals("answers"));
        until(() -> look(centre).sites().size() == 2);
      }
    }
  }

  @Test
  void onlyItsUserMayReadTheTokenOfCommands() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    try (SiteServer server = serve(data)) {
      assertThat(server.adminAddress()).isNotEmpty();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data.resolve("admin.token"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void aPackageThatCouldNotBeCapturedIsNamedWithTheCommandThatGoesOn() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    try (SiteServer server = serve(data)) {
      assertThat(server.adminAddress()).isNotEmpty();
      Path missing = folder.resolve("missing");
      Hierarchy.Said said =
          Hierarchy.command(
              "package", "create", "Office", missing.toString(), "--data", data.toString());
      BadInputTest.refused(said, 1, "SLU-201", "CEN-1 was made");
      assertThat(said.err()).contains("sluice package update CEN-1");
      Files.move(source, missing);
      done("package", "update", "CEN-1", "--data", data.toString());
    }
  }

  @Test
  void whatIsStuckIsShownWithItsCauseAndTriedAgainWhenAsked() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    Path point = folder.resolve("point");
    try (SiteServer server = serve(data)) {
      done("dp", "add", point.toString(), "--data", data.toString());
      Files.writeString(point, "a file where the folder should be");
      done("package", "create", "Office", source.toString(), "--data", data.toString());
      done("package", "assign", "CEN-1", "--all", "--data", data.toString());
      until(() -> status(data).contains("failed"));
      assertThat(status(data))
          .contains("CEN-1 at CEN, main: SLU-", "why:", "next:", "tried ", "again at ")
          .contains("sluice package retry CEN-1")
          .doesNotContain("Parent");
      Files.delete(point);
      done("package", "retry", "CEN-1", "--data", data.toString());
      until(() -> status(data).contains("placed"));
      assertThat(status(data)).doesNotContain("SLU-");
      assertThat(done("package", "retry", "CEN-1", "--data", data.toString()).out())
          .contains("Nothing");
      assertThat(server.siteAddress()).isNotEmpty();
    }
  }

  @Test
  void saysSinceWhenTheParentDoesNotAnswer() throws Exception {
    Path above = founded("CEN", "127.0.0.1");
    Path below;
    try (SiteServer centre = serve(above)) {
      String token =
          done("site", "invite", "STO", "--data", above.toString())
              .out()
              .lines()
              .findFirst()
              .orElseThrow();
      below = founded("STO", "127.0.0.1", "--join", token);
      assertThat(centre.siteAddress()).isNotEmpty();
    }
    try (SiteServer shop = serve(below)) {
      until(() -> look(shop).parent().state().equals("no answer"));
      assertThat(status(below)).startsWith("Parent CEN: no answer since ").contains("SLU-601");
    }
  }

  @Test
  void aServersLibraryIsRidOfWhatNobodyNeedsWhileItServes() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    String where = data.toString();
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.write(other.resolve("noise"), TestContent.noise(1, 1_000_000));
    Path library = data.resolve("library");
    String digest =
        done("capture", other.toString(), "--library", library.toString())
            .out()
            .lines()
            .findFirst()
            .orElseThrow();
    Files.delete(library.resolve("documents").resolve(digest.substring(0, 2)).resolve(digest));
    try (SiteServer server = serve(data)) {
      assertThat(server.siteAddress()).isNotEmpty();
      done("package", "create", "Office", source.toString(), "--data", where);
      assertThat(done("library", "gc", "--plan", "--data", where).out())
          .startsWith("Packs to take out: 1, to rewrite: 0\nWon: 1.00 MB\n");
      assertThat(done("library", "gc", "--data", where).out())
          .startsWith("Packs taken out: 1, rewritten: 0\n")
          .contains("sluice library gc --undo");
      assertThat(done("library", "gc", "--undo", "--data", where).out())
          .isEqualTo("Put back: 1 pack\n");
      assertThat(done("library", "gc", "--window", "0", "--json", "--data", where).out())
          .contains("\"packsDeleted\":1", "\"trashBytes\":0");
      assertThat(done("verify", "CEN-1@1", "--data", where).out()).contains("identical");
      assertThat(done("package", "create", "Other", other.toString(), "--data", where).out())
          .contains("1.00 MB stored");
    }
  }

  @Test
  void aPackageKeepsWhatItIsToldToFromTheNextUpdateOn() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    try (SiteServer server = serve(data)) {
      assertThat(server.siteAddress()).isNotEmpty();
      String where = data.toString();
      done("package", "create", "Office", source.toString(), "--keep", "owner", "--data", where);
      assertThat(done("inspect", "CEN-1@1", "--data", where).out()).contains("entries with owner");
      assertThat(done("package", "keep", "CEN-1", "--data", where).out()).contains("owner");
      assertThat(done("package", "keep", "CEN-1", "usual", "--data", where).out())
          .isEqualTo("CEN-1 keeps the usual attributes\n");
      done("package", "update", "CEN-1", "--data", where);
      assertThat(done("inspect", "CEN-1@2", "--data", where).out()).doesNotContain("with owner");
      BadInputTest.refused(
          Hierarchy.command("package", "keep", "CEN-1", "nonsense", "--data", where),
          1,
          "SLU-101",
          "nonsense");
    }
  }

  @Test
  void aVersionOfARunningSiteIsCalledPackageAtNumber() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    try (SiteServer server = serve(data)) {
      assertThat(server.siteAddress()).isNotEmpty();
      done("package", "create", "Office", source.toString(), "--data", data.toString());
      Files.writeString(source.resolve("one.txt"), "another\n");
      done("package", "update", "CEN-1", "--data", data.toString());
      assertThat(done("verify", "CEN-1@2", "--data", data.toString()).out()).contains("identical");
      assertThat(done("inspect", "CEN-1@1", "--data", data.toString()).out())
          .contains("Everything is kept.");
      Hierarchy.Said diff =
          Hierarchy.command("diff", "CEN-1@1", "CEN-1@2", "--data", data.toString());
      assertThat(diff.status()).isEqualTo(1);
      assertThat(diff.out()).contains("~ one.txt: time, bytes 4 -> 8\n", "in 1 chunk is new");
      BadInputTest.refused(
          Hierarchy.command("inspect", "CEN-1@3", "--data", data.toString()), 1, "SLU-103", "3");
      BadInputTest.refused(
          Hierarchy.command("inspect", "CEN-9@1", "--data", data.toString()), 1, "SLU-103", "9");
    }
  }

  @Test
  void aRestoredSiteGoesOnInALaterEpochUnlessItServes() throws Exception {
    Path data = founded("CEN", "127.0.0.1");
    try (SiteServer server = serve(data)) {
      done("package", "create", "Office", source.toString(), "--data", data.toString());
      assertThat(server.siteAddress()).isNotEmpty();
      BadInputTest.refused(
          Hierarchy.command("site", "restored", "--data", data.toString()), 3, "SLU-302", "CEN");
    }
    done("site", "restored", "--data", data.toString());
    try (SiteServer server = serve(data)) {
      assertThat(server.siteAddress()).isNotEmpty();
      Files.writeString(source.resolve("one.txt"), "another\n");
      assertThat(done("package", "update", "CEN-1", "--data", data.toString()).out())
          .contains("version 1002");
    }
  }

  @Test
  void servesFromPostgresql() throws Exception {
    String url = TestDatabase.postgresUrl();
    try (TestDatabase empty = TestDatabase.postgres()) {
      assertThat(empty).isNotNull();
      Path data = founded("CEN", "127.0.0.1", "--database", url);
      try (SiteServer server = serve(data)) {
        assertThat(server.siteAddress()).isNotEmpty();
        done("package", "create", "Office", source.toString(), "--data", data.toString());
        done("package", "assign", "CEN-1", "--site", "CEN", "--data", data.toString());
        Path point = folder.resolve("point");
        done("dp", "add", point.toString(), "--data", data.toString());
        until(() -> status(data).contains("placed"));
        assertThat(point.resolve("CEN-1").resolve("current").toRealPath().resolve("one.txt"))
            .hasContent("one\n");
      }
      assertThat(data.resolve("database").resolve("sluice.db")).doesNotExist();
    }
  }
}
