package io.sluice.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.database.Database;
import io.sluice.database.InMemory;
import io.sluice.database.OnDatabase;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import io.sluice.trust.SettableClock;
import io.sluice.trust.TrustedVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the catalog must do on every engine. */
abstract class CatalogContractTest extends OnDatabase {
  static final SiteCode CEN = new SiteCode("CEN");
  static final SiteCode WST = new SiteCode("WST");
  static final SiteCode STO = new SiteCode("STO");
  static final SiteCode EST = new SiteCode("EST");
  static final PackageId CEN_1 = new PackageId("CEN", 1);
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final SettableClock clock = new SettableClock(NOW);
  private final SignedVersions cen = new SignedVersions(CEN);
  private Catalog catalog;

  @BeforeEach
  void openCatalog() throws Failure {
    catalog = Catalog.open(database(), WST, Optional.of(CEN), clock);
  }

  private void restart() throws Failure {
    reopen();
    catalog = Catalog.open(database(), WST, Optional.of(CEN), clock);
  }

  private boolean publish(TrustedVersion version, boolean held) throws Failure {
    return catalog.write(handle -> catalog.packages().publish(handle, version, held));
  }

  private VersionRow newest() throws Failure {
    return catalog.read(handle -> catalog.packages().newest(handle, CEN_1)).orElseThrow();
  }

  private static void assertWentBackwards(Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> assertThat(failure.code()).isEqualTo(Code.VERSION_WENT_BACKWARDS));
  }

  private Object seen(Database.Work<?> work) throws Failure {
    return catalog.read(work);
  }

  private interface Attempt {
    void run() throws Failure;
  }

  @Test
  void refusesTheDatabaseOfAnotherSite() {
    for (Attempt attempt :
        List.<Attempt>of(
            () -> Catalog.open(database(), STO, Optional.of(CEN), clock),
            () -> Catalog.open(database(), WST, Optional.empty(), clock),
            () -> Catalog.open(database(), WST, Optional.of(EST), clock))) {
      assertThatThrownBy(attempt::run)
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> assertThat(failure.code()).isEqualTo(Code.CONFIGURATION_INVALID));
    }
  }

  @Test
  void neverGivesANumberTwice() throws Exception {
    PackageId first = catalog.write(h -> catalog.packages().create(h, WST, "a", "/src"));
    assertThatThrownBy(
            () ->
                catalog.write(
                    h -> {
                      catalog.packages().create(h, WST, "undone", "/src");
                      throw Failure.permanent(Code.NOT_FOUND, "a", "b", "c");
                    }))
        .isInstanceOf(Failure.class);
    restart();
    PackageId second = catalog.write(h -> catalog.packages().create(h, WST, "b", "/src"));
    assertThat(first).isEqualTo(new PackageId("WST", 1));
    assertThat(second).isEqualTo(new PackageId("WST", 2));
    assertThat(catalog.<Integer>write(h -> catalog.packages().nextVersion(h, second))).isEqualTo(1);
    assertThat(catalog.<Integer>write(h -> catalog.packages().nextVersion(h, second))).isEqualTo(2);
    assertThat(catalog.<Long>write(catalog::nextRecord)).isEqualTo(1);
    assertThat(catalog.<Long>write(catalog::nextRecord)).isEqualTo(2);
  }

  @Test
  void leavesGapsInANewEpochForWhatWasLost() throws Exception {
    PackageId id = catalog.write(h -> catalog.packages().create(h, WST, "a", "/src"));
    assertThat(catalog.read(h -> catalog.packages().get(h, id)).keep()).isEmpty();
    catalog.write(
        h -> {
          catalog.packages().setKeep(h, id, "owner,xattr:a\u00e9*");
          return true;
        });
    assertThat(catalog.read(h -> catalog.packages().get(h, id)).keep())
        .isEqualTo("owner,xattr:a\u00e9*");
    catalog.write(h -> catalog.packages().nextVersion(h, id));
    assertThat(catalog.identity().epoch()).isEqualTo(NOW.getEpochSecond());
    catalog.beginEpoch(clock);
    restart();
    assertThat(catalog.identity().epoch()).isEqualTo(NOW.getEpochSecond() + 1);
    assertThat(catalog.<Integer>write(h -> catalog.packages().nextVersion(h, id)))
        .isEqualTo(2 + Catalog.EPOCH_GAP);
    assertThat(catalog.write(h -> catalog.packages().create(h, WST, "b", "/src")).number())
        .isEqualTo(2 + Catalog.EPOCH_GAP);
  }

  @Test
  void keepsTheSignedBytesAndTheNameAsTheyCame() throws Exception {
    TrustedVersion version = cen.sign(1, 1, 1, 1);
    assertThat(publish(version, false)).isTrue();
    restart();
    assertThat(newest().signed()).isEqualTo(version.signed());
    assertThat(newest().held()).isFalse();
    assertThat(newest().manifest()).isEqualTo(version.record().manifest());
    assertThat(catalog.read(h -> catalog.packages().get(h, CEN_1)).name())
        .isEqualTo(version.record().subject().name());
    assertThat(catalog.read(h -> catalog.packages().get(h, CEN_1)).source())
        .isEqualTo(Optional.empty());
  }

  @Test
  void takesTheSameRecordAgainWithoutAChange() throws Exception {
    publish(cen.sign(1, 1, 1, 1), false);
    long before = catalog.changes().number();
    assertThat(publish(cen.sign(1, 1, 1, 1), false)).isFalse();
    assertThat(catalog.changes().number()).isEqualTo(before);
    publish(cen.sign(1, 1, 1, 1), true);
    assertThat(newest().held()).isTrue();
    assertThat(publish(cen.sign(1, 1, 1, 1), false)).isFalse();
    assertThat(newest().held()).isTrue();
  }

  @Test
  void refusesVersionsThatGoBackwards() throws Exception {
    publish(cen.sign(1, 3, 2, 5), false);
    assertWentBackwards(() -> publish(cen.sign(1, 2, 2, 4), false));
    assertWentBackwards(() -> publish(cen.sign(1, 4, 1, 9), false));
    assertWentBackwards(() -> publish(cen.sign(1, 2, 2, 6), false));
    // Same number, other content: the origin's database was put back without a new epoch.
    assertWentBackwards(
        () -> publish(cen.sign(1, 3, 2, 5, SignedVersions.content("other")), false));
    assertWentBackwards(
        () -> publish(cen.sign(1, 3, 3, 1, SignedVersions.content("other")), false));
    assertThat(newest().version()).isEqualTo(3);
    publish(cen.sign(1, 1004, 3, 1), false);
    assertThat(newest().version()).isEqualTo(1004);
  }

  /** F11: every order and repetition of what arrives ends with the highest version. */
  @Test
  void endsWithTheHighestVersionWhateverTheOrderOfArrival() throws Exception {
    long seed = 20261122;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<TrustedVersion> all = new ArrayList<>();
    for (int n = 1; n <= 6; n++) {
      all.add(cen.sign(1, n, 1, n));
    }
    for (int round = 0; round < 6; round++) {
      int highest = 0;
      try (InMemory memory = new InMemory()) {
        Catalog fresh = Catalog.open(Database.open(memory), WST, Optional.of(CEN), clock);
        for (int i = 0; i < 12; i++) {
          TrustedVersion next = all.get(random.nextInt(all.size()));
          highest = Math.max(highest, next.record().version());
          try {
            fresh.write(h -> fresh.packages().publish(h, next, false));
          } catch (Failure e) {
            assertThat(e.code()).isEqualTo(Code.VERSION_WENT_BACKWARDS);
          }
        }
        assertThat(fresh.read(h -> fresh.packages().newest(h, CEN_1)).orElseThrow().version())
            .as("seed %d round %d", seed, round)
            .isEqualTo(highest);
      }
    }
  }

  @Test
  void aRowImpliesWhatItNames() {
    assertThatThrownBy(
            () ->
                catalog.write(
                    h -> {
                      catalog.places().present(h, CEN_1, "dp1", 1, NOW);
                      return 1;
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> catalog.write(h -> catalog.assignments().add(h, CEN_1, STO)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void presenceNeverFalls() throws Exception {
    publish(cen.sign(1, 1, 1, 1), true);
    publish(cen.sign(1, 2, 1, 2), true);
    catalog.write(
        h -> {
          catalog.places().add(h, new PlaceRow("dp1", "/dp/\u00e9", "REFUSE"));
          catalog.places().present(h, CEN_1, "dp1", 2, NOW);
          catalog.places().present(h, CEN_1, "dp1", 1, NOW.plusSeconds(1));
          return 1;
        });
    assertThat(seen(h -> catalog.places().presences(h, CEN_1)))
        .isEqualTo(List.of(new Presence(CEN_1, "dp1", 2, NOW)));
    assertThat(seen(h -> catalog.places().list(h)))
        .isEqualTo(List.of(new PlaceRow("dp1", "/dp/\u00e9", "REFUSE")));
  }

  /** F02: a restart neither resets nor repeats the count of attempts. */
  @Test
  void retryStateOutlivesARestart() throws Exception {
    publish(cen.sign(1, 1, 1, 1), false);
    WorkRow.Key key = new WorkRow.Key(CEN_1, 1, "");
    Failure failure =
        Failure.temporary(Code.PARENT_UNREACHABLE, "w\u0000hat", "why", "next").about(List.of("x"));
    WorkRow work = new WorkRow(key, 7, NOW.plusSeconds(90), WorkRow.LastError.of(failure));
    catalog.write(
        h -> {
          catalog.works().failed(h, new WorkRow(key, 6, NOW, work.error()));
          catalog.works().failed(h, work);
          return 1;
        });
    restart();
    assertThat(seen(h -> catalog.works().find(h, key))).isEqualTo(Optional.of(work));
    assertThat(work.error().what()).isEqualTo("w\u0000hat: x");
    catalog.write(
        h -> {
          catalog.works().done(h, key);
          return 1;
        });
    assertThat(seen(h -> catalog.works().list(h, CEN_1))).isEqualTo(List.of());
  }

  @Test
  void knowsTheTreeBelowASite() throws Exception {
    SiteCode oak = new SiteCode("OAK");
    SiteCode bos = new SiteCode("BOS");
    catalog.write(
        h -> {
          catalog.sites().enrolled(h, STO, new Sites.Credentials("aa", new byte[] {1}), NOW);
          catalog.sites().enrolled(h, bos, new Sites.Credentials("bb", new byte[] {2}), NOW);
          catalog.sites().joined(h, oak, STO);
          return 1;
        });
    assertThat(seen(h -> catalog.sites().tree(h, WST)))
        .isEqualTo(SiteTree.of(WST).with(STO, WST).with(bos, WST).with(oak, STO));
    assertThat(seen(h -> catalog.sites().tree(h, STO))).isEqualTo(SiteTree.of(STO).with(oak, STO));
    assertThat(seen(h -> catalog.sites().isKnown(h, oak))).isEqualTo(true);
    assertThat(seen(h -> catalog.sites().isKnown(h, WST))).isEqualTo(true);
    assertThat(seen(h -> catalog.sites().isKnown(h, EST))).isEqualTo(false);
  }

  @Test
  void enrollingAgainReplacesTheCertificateAndKeepsTheChildren() throws Exception {
    catalog.write(
        h -> {
          catalog.sites().enrolled(h, STO, new Sites.Credentials("aa", new byte[] {1}), NOW);
          catalog.sites().joined(h, new SiteCode("OAK"), STO);
          catalog.sites().enrolled(h, STO, new Sites.Credentials("cc", new byte[] {3}), NOW);
          return 1;
        });
    assertThat(catalog.read(h -> catalog.sites().find(h, STO)).orElseThrow().certificate())
        .isEqualTo(Optional.of("cc"));
    assertThat(catalog.read(h -> catalog.sites().tree(h, STO)).sites()).hasSize(2);
  }

  @Test
  void assigningTwiceChangesNothing() throws Exception {
    publish(cen.sign(1, 1, 1, 1), true);
    assertThat(catalog.<Boolean>write(h -> catalog.assignments().add(h, CEN_1, STO))).isTrue();
    long before = catalog.changes().number();
    assertThat(catalog.<Boolean>write(h -> catalog.assignments().add(h, CEN_1, STO))).isFalse();
    assertThat(catalog.changes().number()).isEqualTo(before);
    assertThat(catalog.read(h -> catalog.assignments().audience(h, CEN_1)).includes(EST))
        .isEqualTo(false);
    catalog.write(h -> catalog.assignments().addAll(h, CEN_1));
    assertThat(catalog.read(h -> catalog.assignments().audience(h, CEN_1)).includes(EST))
        .isEqualTo(true);
    assertThat(seen(h -> catalog.assignments().packages(h))).isEqualTo(List.of(CEN_1));
  }

  @Test
  void wakesWaitersOnlyAfterACommittedChange() throws Exception {
    publish(cen.sign(1, 1, 1, 1), false);
    long known = catalog.changes().number();
    long knownAssignments = catalog.assignmentChanges().number();
    assertThatThrownBy(
            () ->
                catalog.write(
                    h -> {
                      catalog.packages().publish(h, cen.sign(1, 2, 1, 2), false);
                      throw Failure.permanent(Code.NOT_FOUND, "a", "b", "c");
                    }))
        .isInstanceOf(Failure.class);
    assertThat(catalog.changes().await(known, Duration.ZERO)).isFalse();
    publish(cen.sign(1, 2, 1, 3), false);
    assertThat(catalog.changes().await(known, Duration.ZERO)).isTrue();
    assertThat(catalog.assignmentChanges().await(knownAssignments, Duration.ZERO)).isTrue();
  }

  @Test
  void anInvitationIsGoodOnceAndTheLastOneCounts() throws Exception {
    catalog.write(
        h -> {
          catalog.sites().invite(h, STO, "aa", NOW.plusSeconds(60));
          catalog.sites().invite(h, STO, "bb", NOW.plusSeconds(90));
          return 1;
        });
    assertThat(seen(h -> catalog.sites().invitation(h, STO)))
        .isEqualTo(Optional.of(new Sites.Invitation("bb", NOW.plusSeconds(90), false)));
    assertThat(catalog.<Long>read(h -> catalog.sites().openInvitations(h, NOW))).isEqualTo(1);
    catalog.write(
        h -> {
          catalog.sites().invitationUsed(h, STO);
          return 1;
        });
    assertThat(catalog.read(h -> catalog.sites().invitation(h, STO)).orElseThrow().used())
        .isEqualTo(true);
    assertThat(catalog.<Long>read(h -> catalog.sites().openInvitations(h, NOW))).isZero();
  }
}
