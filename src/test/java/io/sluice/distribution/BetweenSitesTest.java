package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.catalog.VersionRow;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.trust.SettableClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a site makes of its parent's troubles and its children's claims. */
class BetweenSitesTest {
  @TempDir Path root;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00Z"));
  private TestSite cen;
  private TestSite wst;
  private TestSite sto;
  private Path source;
  private PackageId id;

  @BeforeEach
  void buildSites() throws Exception {
    cen = new TestSite("CEN", Optional.empty(), root, clock);
    wst = new TestSite("WST", Optional.of(cen), root, clock);
    sto = new TestSite("STO", Optional.of(wst), root, clock);
    runAll();
    source = Files.createDirectories(root.resolve("source").resolve("deep"));
    byte[] noise = new byte[300_000];
    new Random(5).nextBytes(noise);
    Files.write(source.resolve("noise.bin"), noise);
    source = source.getParent();
    Files.writeString(source.resolve("setup.txt"), "version one");
    id = cen.packages.create("Office", source.toString());
  }

  @AfterEach
  void closeSites() throws Exception {
    sto.close();
    wst.close();
    cen.close();
  }

  private void runAll() throws Exception {
    for (int i = 0; i < 3; i++) {
      cen.run();
      wst.run();
      sto.run();
    }
  }

  private PackageDesk.Updated update() throws Exception {
    return cen.packages.update(id, false, bytes -> {});
  }

  private void assign(TestSite... sites) throws Failure {
    Set<SiteCode> codes = new HashSet<>();
    for (TestSite site : sites) {
      codes.add(site.code);
    }
    cen.packages.assign(id, codes);
  }

  private static List<String> standings(TestSite site, PackageId id) throws Failure {
    return site.status.standings(id).stream()
        .map(
            one ->
                one.target().site()
                    + "/"
                    + one.target().place()
                    + " v"
                    + one.version()
                    + " "
                    + one.condition()
                    + one.cause().map(cause -> " " + cause.code()).orElse(""))
        .toList();
  }

  @Test
  void aFetchIsTakenUpAsSoonAsTheParentAnswersAgain() throws Exception {
    update();
    assign(wst);
    wst.poll.step();
    wst.linkIsDown = true;
    for (int i = 0; i < 20; i++) {
      wst.run();
      clock.sleep(Duration.ofMinutes(10));
    }
    wst.run();
    Instant notBefore =
        wst.ledgers.read(h -> wst.ledgers.catalog().works().list(h, id)).getFirst().notBefore();
    assertThat(notBefore).isAfter(clock.now());
    wst.linkIsDown = false;
    wst.run();
    assertThat(standings(wst, id)).contains("WST/ v1 HELD");
  }

  @Test
  void noSiteBelowIsTakenForOneAbove() throws Exception {
    try (TestSite oak = new TestSite("OAK", Optional.of(sto), root, clock)) {
      for (TestSite child : List.of(sto, oak)) {
        TestSite above = child.parent.orElseThrow();
        byte[] claim =
            ("{\"v\":0,\"origin\":\"CEN\",\"epoch\":9,\"sequence\":1,\"at\":[1,0],"
                    + "\"kind\":\"site\",\"parent\":\""
                    + child.code
                    + "\"}\n")
                .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> above.children.linkFor(child.code).tell(claim))
            .isInstanceOfSatisfying(
                Failure.class,
                failure -> assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION));
        assertThat(above.status.sites()).noneMatch(one -> one.site().equals(cen.code));
      }
    }
  }

  @Test
  void thoseWhoWantTheSameManifestAtOnceShareIt() throws Exception {
    update();
    assign(wst, sto);
    VersionRow row =
        cen.ledgers.read(h -> cen.ledgers.catalog().packages().newest(h, id)).orElseThrow();
    byte[] one = cen.children.linkFor(wst.code).manifest(row.manifest(), 1 << 20);
    assertThat(cen.children.linkFor(wst.code).manifest(row.manifest(), 1 << 20)).isSameAs(one);
  }

  /** The parent was put back to where it was: what it says of versions is old, not of sites. */
  @Test
  void anOlderRecordStillSaysWhereItsPackageBelongs() throws Exception {
    update();
    assign(wst);
    runAll();
    VersionRow first =
        cen.ledgers.read(h -> cen.ledgers.catalog().packages().newest(h, id)).orElseThrow();
    Files.writeString(source.resolve("setup.txt"), "version two");
    update();
    runAll();
    cen.ledgers.write(
        h ->
            h.execute(
                "DELETE FROM version WHERE package = ? AND version > ?",
                id.toString(),
                first.version()));
    cen.restart();
    assign(sto);
    runAll();
    assertThat(standings(sto, id)).contains("STO/ v2 HELD");
    assertThat(
            wst.ledgers
                .read(h -> wst.ledgers.catalog().packages().newest(h, id))
                .orElseThrow()
                .version())
        .isEqualTo(2);
    assertThat(wst.ledgers.read(h -> wst.ledgers.catalog().assignments().audience(h, id)).sites())
        .contains(sto.code);
  }

  @Test
  void aDatabaseThatFailsAtTheParentIsNotTakenForOnesOwn() throws Exception {
    update();
    assign(wst);
    for (String call : List.of("manifest", "assignments", "tell")) {
      wst.parentFails.put(
          call, Failure.permanent(Code.DATABASE_UNAVAILABLE, call, "gone", "mend it"));
      runAll();
      wst.parentFails.remove("assignments");
      clock.sleep(Duration.ofHours(1));
      runAll();
    }
    wst.parentFails.clear();
    clock.sleep(Duration.ofHours(2));
    runAll();
    assertThat(standings(cen, id)).contains("WST/ v1 HELD");
  }
}
