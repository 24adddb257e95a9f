package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.catalog.VersionRow;
import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.status.Event;
import io.sluice.trust.SettableClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CEN above WST above STO, each a whole site, all in this thread. */
class WholeSiteTest {
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

  private String placed(TestSite site, String place) throws Exception {
    Path current = site.placeFolder(place).resolve(id.toString()).resolve("current");
    try (Stream<Path> files = Files.walk(current.toRealPath())) {
      List<Path> found = files.filter(file -> file.endsWith("setup.txt")).toList();
      assertThat(found).hasSize(1);
      return Files.readString(found.getFirst());
    }
  }

  static List<String> standings(TestSite site, PackageId id) throws Failure {
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
  void aVersionGoesDownTheTreeAndTheFactsComeUp() throws Exception {
    sto.addPlace("shop");
    wst.addPlace("depot");
    assertThat(update().isNew()).isTrue();
    assign(wst, sto);
    runAll();
    assertThat(placed(sto, "shop")).isEqualTo("version one");
    assertThat(placed(wst, "depot")).isEqualTo("version one");
    List<String> expected =
        List.of(
            "CEN/ v1 HELD",
            "STO/ v1 HELD",
            "STO/shop v1 PLACED",
            "WST/ v1 HELD",
            "WST/depot v1 PLACED");
    assertThat(standings(cen, id)).isEqualTo(expected);
    // Every tier folds the same facts; WST does not know how its parent is.
    assertThat(standings(wst, id)).isEqualTo(expected.subList(1, 5));
    Files.writeString(source.resolve("setup.txt"), "version two");
    assertThat(update().version()).isEqualTo(2);
    runAll();
    assertThat(placed(sto, "shop")).isEqualTo("version two");
    assertThat(standings(cen, id)).contains("STO/shop v2 PLACED");
  }

  @Test
  void aVersionPublishedDuringTheFetchOfTheLastOneWaitsForIt() throws Exception {
    update();
    assign(wst);
    wst.whileChunksTravel =
        Optional.of(
            () -> {
              overwrite("setup.txt", "version two");
              cen.packages.update(id, false, bytes -> {});
              wst.asked.clear();
              wst.poll.step();
              Duration _ = TestSite.allDue(wst.distributor);
              assertThat(wst.asked).containsExactly("assignments");
            });
    runAll();
    assertThat(standings(cen, id)).containsExactly("CEN/ v2 HELD", "WST/ v2 HELD");
  }

  private void overwrite(String name, String text) {
    try {
      Files.writeString(source.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aSiteThatOnlyRelaysPlacesNothing() throws Exception {
    wst.addPlace("depot");
    sto.addPlace("shop");
    update();
    assign(sto);
    runAll();
    assertThat(placed(sto, "shop")).isEqualTo("version one");
    assertThat(wst.placeFolder("depot")).doesNotExist();
  }

  @Test
  void everySiteIncludesThoseThatJoinLater() throws Exception {
    update();
    cen.packages.assignToAll(id);
    runAll();
    try (TestSite oak = new TestSite("OAK", Optional.of(wst), root, clock)) {
      oak.addPlace("shop");
      for (int i = 0; i < 4; i++) {
        oak.run();
        wst.run();
        cen.run();
      }
      assertThat(placed(oak, "shop")).isEqualTo("version one");
      assertThat(standings(cen, id)).contains("OAK/shop v1 PLACED");
    }
  }

  /** F01: nothing is done again without a reason. */
  @Test
  void savingWhatDidNotChangeAndRestartingSendNothing() throws Exception {
    sto.addPlace("shop");
    update();
    assign(sto);
    runAll();
    sto.asked.clear();
    wst.asked.clear();
    assertThat(update().isNew()).isFalse();
    assertThat(update().version()).isEqualTo(1);
    assign(sto);
    cen.restart();
    wst.restart();
    sto.restart();
    runAll();
    assertThat(sto.asked).doesNotContain("manifest", "chunks", "tell");
    assertThat(wst.asked).doesNotContain("manifest", "chunks", "tell");
    assertThat(Collections.frequency(wst.asked, "assignments")).isPositive();
  }

  @Test
  void onlyChangedContentTravels() throws Exception {
    update();
    assign(sto);
    runAll();
    long before = cen.children.sentBytes().get(wst.code);
    assertThat(before).isGreaterThan(300_000);
    Files.writeString(source.resolve("setup.txt"), "version two");
    update();
    runAll();
    assertThat(cen.children.sentBytes().get(wst.code) - before).isLessThan(1_000);
    assertThat(standings(cen, id)).contains("STO/ v2 HELD");
  }

  @Test
  void aCutLineIsShownAndTheRestGoesOnByItself() throws Exception {
    sto.addPlace("shop");
    runAll();
    sto.linkIsDown = true;
    update();
    assign(sto);
    runAll();
    assertThat(standings(cen, id)).contains("STO/ v1 WAITING", "STO/shop v1 WAITING");
    assertThat(sto.poll.trouble()).isPresent();
    sto.linkIsDown = false;
    clock.sleep(Duration.ofMinutes(10));
    runAll();
    assertThat(sto.poll.trouble()).isEmpty();
    assertThat(standings(cen, id)).contains("STO/shop v1 PLACED");
  }

  @Test
  void whatTheLineBrokeOffGoesOnAsSoonAsTheParentAnswers() throws Exception {
    update();
    assign(sto);
    cen.run();
    wst.run();
    sto.poll.step();
    sto.linkIsDown = true;
    for (int i = 0; i < 10; i++) {
      sto.run();
      clock.sleep(Duration.ofMinutes(10));
    }
    sto.run();
    assertThat(standings(sto, id)).contains("STO/ v1 FAILED SLU-601");
    sto.linkIsDown = false;
    sto.run();
    assertThat(standings(sto, id)).contains("STO/ v1 HELD");
  }

  /** F02, F12: a step that fails is counted across restarts, told at 1, 2, 4 ..., and recovers. */
  @Test
  void aFailingPlaceIsRetriedAloneAndToldSparingly() throws Exception {
    sto.addPlace("bad");
    sto.addPlace("good");
    // A file where the folder should be: neither to be written nor to be deleted.
    Files.writeString(sto.placeFolder("bad"), "in the way");
    update();
    assign(sto);
    runAll();
    assertThat(placed(sto, "good")).isEqualTo("version one");
    assertThat(standings(cen, id)).anyMatch(line -> line.startsWith("STO/bad v1 FAILED SLU-"));
    int told = Collections.frequency(sto.asked, "tell");
    for (int i = 0; i < 48; i++) {
      clock.sleep(Duration.ofHours(1));
      if (i == 20) {
        sto.restart();
      }
      sto.run();
    }
    runAll();
    int attempts =
        sto.ledgers.read(h -> sto.ledgers.catalog().works().list(h, id)).getFirst().attempt();
    assertThat(attempts).isGreaterThan(40);
    assertThat(Collections.frequency(sto.asked, "tell") - told)
        .isLessThanOrEqualTo(32 - Integer.numberOfLeadingZeros(attempts));
    assertThat(Collections.frequency(sto.asked, "chunks")).isEqualTo(1);
    Files.delete(sto.placeFolder("bad"));
    clock.sleep(Duration.ofHours(2));
    runAll();
    assertThat(standings(cen, id)).contains("STO/bad v1 PLACED", "STO/good v1 PLACED");
    assertThat(sto.ledgers.read(h -> sto.ledgers.catalog().works().list(h, id)).isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "distribution.assigned",
        "transfer.manifest-durable",
        "transfer.segment-stored",
        "transfer.chunks-durable",
        "distribution.fetched",
        "place.built",
        "place.verified",
        "place.renamed",
        "place.recorded",
        "place.current-renamed",
        "place.switched",
        "distribution.placed",
        "distribution.done",
        "distribution.facts-told"
      })
  void dyingAnywhereIsResumed(String point) throws Exception {
    sto.addPlace("shop");
    update();
    assign(sto);
    sto.dieAt.add(point);
    runAll();
    assertThat(sto.dieAt).isEmpty();
    assertThat(placed(sto, "shop")).isEqualTo("version one");
    assertThat(standings(cen, id)).contains("STO/ v1 HELD", "STO/shop v1 PLACED");
    assertThat(Collections.frequency(sto.asked, "chunks")).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "capture.chunks-durable",
        "capture.manifest-durable",
        "catalog.version-row-before",
        "catalog.version-row-after"
      })
  void dyingWhileUpdatingLeavesAWholeVersionOrNone(String point) throws Exception {
    cen.dieAt.add(point);
    assertThatThrownBy(this::update).isInstanceOf(TestSite.Death.class);
    cen.restart();
    Optional<VersionRow> row =
        cen.ledgers.read(h -> cen.ledgers.catalog().packages().newest(h, id));
    assertThat(row.isPresent()).isEqualTo(point.equals("catalog.version-row-after"));
    assertThat(update().version()).isEqualTo(1);
    sto.addPlace("shop");
    assign(sto);
    runAll();
    assertThat(placed(sto, "shop")).isEqualTo("version one");
  }

  /** Flips a byte in the middle of every pack of a library. */
  static void damage(TestSite site) throws Exception {
    site.library.close();
    try (Stream<Path> packs = Files.list(site.folder.resolve("library").resolve("packs"))) {
      for (Path pack : packs.toList()) {
        try (RandomAccessFile file = new RandomAccessFile(pack.toFile(), "rw")) {
          file.seek(file.length() / 2);
          int b = file.read();
          file.seek(file.length() / 2);
          file.write(b ^ 0x40);
        }
      }
    }
    site.restart();
  }

  @Test
  void damagedContentIsFetchedAgainBeforeItIsPlaced() throws Exception {
    update();
    assign(sto);
    runAll();
    damage(sto);
    sto.addPlace("shop");
    for (int i = 0; i < 3; i++) {
      runAll();
      clock.sleep(Duration.ofMinutes(20));
    }
    assertThat(placed(sto, "shop")).isEqualTo("version one");
    assertThat(standings(cen, id)).contains("STO/ v1 HELD", "STO/shop v1 PLACED");
  }

  @Test
  void contentDamagedAtTheOriginIsSaidSoAndMendedByAnUpdate() throws Exception {
    update();
    assign(wst);
    damage(cen);
    for (int i = 0; i < 3; i++) {
      runAll();
      clock.sleep(Duration.ofMinutes(20));
    }
    assertThat(standings(cen, id)).contains("CEN/ v1 FAILED SLU-306");
    Optional<Event.Cause> cause =
        cen.status.standings(id).stream().flatMap(one -> one.cause().stream()).findFirst();
    assertThat(cause.orElseThrow().text()).contains("update " + id);
    assertThat(update().isNew()).isFalse();
    for (int i = 0; i < 3; i++) {
      runAll();
      clock.sleep(Duration.ofMinutes(20));
    }
    assertThat(standings(cen, id)).contains("CEN/ v1 HELD", "WST/ v1 HELD");
  }

  @Test
  void whatIsNotAssignedIsNotThereForAChild() throws Exception {
    update();
    VersionRow row =
        cen.ledgers.read(h -> cen.ledgers.catalog().packages().newest(h, id)).orElseThrow();
    for (Digest digest : List.of(row.manifest(), Digest.of(new byte[] {1}))) {
      assertThatThrownBy(() -> cen.children.linkFor(wst.code).manifest(digest, 1 << 20))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
                assertThat(failure.why()).doesNotContain("Office");
              });
    }
    assertThat(cen.children.linkFor(wst.code).assignments("", Duration.ZERO).assignments())
        .isEmpty();
    assign(sto);
    assertThat(cen.children.linkFor(wst.code).manifest(row.manifest(), 1 << 20)).isNotEmpty();
  }

  @Test
  void aRecordThatCannotBeBelievedIsToldAndHindersNobody() throws Exception {
    update();
    assign(wst);
    PackageId other = cen.packages.create("Other", source.toString());
    cen.packages.update(other, false, bytes -> {});
    cen.packages.assign(other, Set.of(wst.code));
    // Somebody has changed a record in CEN's database.
    cen.ledgers.write(
        h ->
            h.execute(
                "UPDATE version SET signed = ? WHERE package = ?",
                "{\"payload\":\"\"}".getBytes(StandardCharsets.UTF_8),
                id.toString()));
    cen.restart();
    runAll();
    assertThat(standings(cen, other)).contains("WST/ v1 HELD");
    assertThat(standings(cen, id)).contains("WST/ v1 WAITING");
    StatusDesk.SiteStanding standing =
        cen.status.sites().stream()
            .filter(site -> site.site().equals(wst.code))
            .findFirst()
            .orElseThrow();
    assertThat(standing.refusals()).hasSize(1);
    assertThat(standing.refusals().getFirst().cause().code()).isEqualTo("SLU-404");
    runAll();
    assertThat(cen.status.sites()).contains(standing);
  }

  @Test
  void aSiteMadeAnewIsNotTakenForItsPredecessor() throws Exception {
    sto.addPlace("shop");
    update();
    assign(sto);
    runAll();
    sto.close();
    clock.sleep(Duration.ofMinutes(5));
    sto = new TestSite("STO", Optional.of(wst), root.resolve("second"), clock);
    sto.addPlace("kiosk");
    runAll();
    assertThat(placed(sto, "kiosk")).isEqualTo("version one");
    assertThat(standings(cen, id)).contains("STO/kiosk v1 PLACED");
  }

  @Test
  void waitsForAChangeAndNoLonger() throws Exception {
    String tag = cen.children.linkFor(wst.code).assignments("", Duration.ZERO).tag();
    assertThat(cen.children.linkFor(wst.code).assignments(tag, Duration.ZERO).changed()).isFalse();
    update();
    assertThat(cen.children.linkFor(wst.code).assignments(tag, Duration.ZERO).changed()).isFalse();
    assign(sto);
    assertThat(cen.children.linkFor(wst.code).assignments(tag, Duration.ZERO).changed()).isTrue();
  }

  @Test
  void aHeldRequestIsAnsweredWhenTheCatalogChanges() throws Exception {
    String tag = cen.children.linkFor(wst.code).assignments("", Duration.ZERO).tag();
    update();
    Thread child =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  try {
                    var list =
                        cen.children.linkFor(wst.code).assignments(tag, Duration.ofSeconds(30));
                    cen.asked.add("changed " + list.changed());
                  } catch (Failure | InterruptedException e) {
                    cen.asked.add(e.toString());
                  }
                });
    child.start();
    assign(sto);
    child.join();
    assertThat(cen.asked).containsExactly("changed true");
  }
}
