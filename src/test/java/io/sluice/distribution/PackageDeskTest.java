package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.catalog.PlaceRow;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.trust.SettableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageDeskTest {
  @TempDir Path root;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00Z"));
  private TestSite cen;
  private PackageDesk desk;
  private Path source;

  @BeforeEach
  void buildSite() throws Exception {
    cen = new TestSite("CEN", Optional.empty(), root, clock);
    desk = cen.packages;
    source = Files.createDirectories(root.resolve("source"));
    Files.writeString(source.resolve("a.txt"), "one");
  }

  @AfterEach
  void closeSite() throws Exception {
    cen.close();
  }

  private interface Attempt {
    void run() throws Failure, InterruptedException;
  }

  private static Failure refusal(Code code, Attempt attempt) {
    Failure[] caught = new Failure[1];
    assertThatThrownBy(attempt::run)
        .isInstanceOfSatisfying(Failure.class, failure -> caught[0] = failure);
    assertThat(caught[0].code()).isEqualTo(code);
    return caught[0];
  }

  private void addPlace(String name, Path folder) throws Failure {
    desk.addPlace(name, folder.toString(), StreamPolicy.REFUSE);
  }

  @Test
  void numbersVersionsAndKeepsThemSigned() throws Exception {
    PackageId id = desk.create("Office", source.toString());
    assertThat(desk.get(id).newest()).isEmpty();
    assertThat(desk.update(id, false, bytes -> {}).version()).isEqualTo(1);
    Files.writeString(source.resolve("a.txt"), "two");
    PackageDesk.Updated second = desk.update(id, false, bytes -> {});
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.isNew()).isTrue();
    // What it once was is a new version too: versions only rise.
    Files.writeString(source.resolve("a.txt"), "one");
    assertThat(desk.update(id, false, bytes -> {}).version()).isEqualTo(3);
    assertThat(desk.list()).hasSize(1);
    assertThat(desk.get(id).newest().orElseThrow().held()).isTrue();
    assertThat(desk.get(id).newest().orElseThrow().order().epoch())
        .isEqualTo(clock.now().getEpochSecond());
  }

  @Test
  void aSourceThatCannotBeCapturedMakesNoVersion() throws Exception {
    PackageId id = desk.create("Office", root.resolve("missing").toString());
    refusal(Code.SOURCE_MISSING, () -> desk.update(id, false, bytes -> {}));
    assertThat(desk.get(id).newest()).isEmpty();
    refusal(Code.NOT_FOUND, () -> desk.update(new PackageId("CEN", 99), false, bytes -> {}));
  }

  @Test
  void namesEverythingWrongWithAPackage() {
    assertThat(refusal(Code.USAGE, () -> desk.create("a\u0007b", "relative")).items()).hasSize(2);
    assertThat(refusal(Code.USAGE, () -> desk.create(" ", "/x\u0000")).items()).hasSize(2);
    assertThat(refusal(Code.USAGE, () -> desk.create("\uD800", "/x")).items()).hasSize(1);
  }

  @Test
  void keepsTextOfPeopleAsItIs() throws Exception {
    String name = "O'Neill \"50%n\" \\ <b>\u202E\uD83D\uDE00; DROP TABLE package--";
    PackageId id = desk.create(name, source.toString());
    assertThat(desk.get(id).row().name()).isEqualTo(name);
  }

  @Test
  void refusesUnknownSitesAllAtOnceAndAssignsNone() throws Exception {
    PackageId id = desk.create("Office", source.toString());
    Failure failure =
        refusal(
            Code.SITE_UNKNOWN,
            () -> desk.assign(id, Set.of(cen.code, new SiteCode("BOS"), new SiteCode("ABC"))));
    assertThat(failure.items()).containsExactly("ABC", "BOS");
    assertThat(desk.get(id).audience().isEmpty()).isTrue();
  }

  @Test
  void refusesMoreDistributionPointsThanItServesAtOnce() throws Exception {
    for (int i = 0; i < PackageDesk.PLACES_MAX; i++) {
      addPlace("dp" + i, root.resolve("dp").resolve("" + i));
    }
    refusal(Code.USAGE, () -> addPlace("one-more", root.resolve("dp").resolve("more")));
    assertThat(desk.places()).hasSize(PackageDesk.PLACES_MAX);
  }

  /** F13, Q263376: a distribution point in the source folder made the source disappear. */
  @Test
  void refusesFoldersThatOverlapInAnyDirectionEvenThroughLinks() throws Exception {
    desk.create("Office", source.toString());
    Path place = root.resolve("place");
    addPlace("dp1", place);
    Path link = Files.createSymbolicLink(root.resolve("link"), root);
    for (Path folder :
        new Path[] {
          source,
          source.resolve("below/more"),
          root,
          link.resolve("source"),
          link.resolve("source/not/there"),
          source.resolve("../source"),
          place,
          place.resolve("below"),
          cen.folder.resolve("library"),
          link.resolve("CEN/library/packs")
        }) {
      Failure failure = refusal(Code.SOURCE_OVERLAPS, () -> addPlace("dp2", folder));
      assertThat(failure.items()).as("%s", folder).isNotEmpty();
    }
    for (Path folder :
        new Path[] {place, place.resolve("x"), link.resolve("place"), root, cen.folder}) {
      refusal(Code.SOURCE_OVERLAPS, () -> desk.create("Other", folder.toString()));
    }
    addPlace("dp2", root.resolve("place2"));
    // Two packages may share a source.
    desk.create("Other", source.resolve("a").toString());
  }

  @Test
  void refusesASecondPlaceOfTheSameName() throws Exception {
    addPlace("dp1", root.resolve("one"));
    refusal(Code.ALREADY_EXISTS, () -> addPlace("dp1", root.resolve("two")));
    assertThat(refusal(Code.USAGE, () -> addPlace(" dp", Path.of("two"))).items()).hasSize(2);
    assertThat(desk.places())
        .containsExactly(new PlaceRow("dp1", root.resolve("one").toString(), "REFUSE"));
  }

  @Test
  void aFolderThatBecameAPlaceThroughALinkLaterIsNotCaptured() throws Exception {
    Path target = Files.createDirectories(root.resolve("target"));
    Files.writeString(target.resolve("x"), "x");
    Path link = root.resolve("moving");
    Files.createSymbolicLink(link, source);
    PackageId id = desk.create("Office", link.toString());
    addPlace("dp1", target);
    Files.delete(link);
    Files.createSymbolicLink(link, target);
    refusal(Code.SOURCE_OVERLAPS, () -> desk.update(id, false, bytes -> {}));
  }

  @Test
  void onlyTheSiteThatMakesAPackageUpdatesIt() throws Exception {
    try (TestSite wst = new TestSite("WST", Optional.of(cen), root, clock)) {
      PackageId id = desk.create("Office", source.toString());
      desk.update(id, false, bytes -> {});
      wst.run();
      desk.assignToAll(id);
      wst.run();
      assertThat(wst.packages.get(id).newest()).isPresent();
      refusal(Code.UNAUTHORISED, () -> wst.packages.update(id, false, bytes -> {}));
    }
  }
}
