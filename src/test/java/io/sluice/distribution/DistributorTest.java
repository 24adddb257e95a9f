package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.catalog.PlaceRow;
import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.distributionpoint.Place;
import io.sluice.distributionpoint.Placed;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.time.Backoff;
import io.sluice.transfer.Receiver;
import io.sluice.trust.SettableClock;
import io.sluice.trust.Signatures;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One site with many distribution points, some of which misbehave. */
class DistributorTest {
  @TempDir Path root;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00Z"));
  private final Map<String, Integer> puts = new ConcurrentHashMap<>();
  private TestSite cen;
  private PackageId id;

  /** What a place does; the name says which. */
  private interface Behaviour {
    void put(String place) throws Failure, InterruptedException;
  }

  private record Scripted(String name, Map<String, Integer> puts, Behaviour behaviour)
      implements Place {
    @Override
    public Placed put(PackageId id, int version, Manifest manifest)
        throws Failure, InterruptedException {
      puts.merge(name, 1, Integer::sum);
      behaviour.put(name);
      return new Placed(0, 0, manifest.contentBytes());
    }

    @Override
    public OptionalInt current(PackageId id) {
      return OptionalInt.empty();
    }
  }

  @BeforeEach
  void buildSite() throws Exception {
    cen = new TestSite("CEN", Optional.empty(), root, clock);
    Path source = Files.createDirectories(root.resolve("source"));
    Files.writeString(source.resolve("a.txt"), "one");
    id = cen.packages.create("Office", source.toString());
    cen.packages.update(id, false, bytes -> {});
    cen.packages.assign(id, Set.of(cen.code));
  }

  @AfterEach
  void closeSite() throws Exception {
    cen.close();
  }

  private Distributor distributor(Behaviour behaviour) {
    Pace pace =
        new Pace(clock, new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(10)), new Random(3));
    return new Distributor(
        cen.ledgers,
        new Distributor.Means(
            new Receiver(cen.library, new HostDisk(), clock),
            () -> {
              throw new IllegalStateException("no parent");
            },
            TrustedKeys::none,
            new Manifests(cen.library),
            (PlaceRow row) -> new Scripted(row.name(), puts, behaviour)),
        pace,
        new HostDisk());
  }

  private static Failure unavailable(String place) {
    return Failure.temporary(Code.PLACE_UNAVAILABLE, "placing on " + place, "gone", "mend it");
  }

  private int attempts() throws Failure {
    return cen.ledgers.read(h -> cen.ledgers.catalog().works().list(h, id)).stream()
        .mapToInt(work -> work.attempt())
        .sum();
  }

  /** Q319207 again, with the real thing: fifty places, one fails for two days. */
  @Test
  void oneFailingPlaceAddsNoWorkForTheOthers() throws Exception {
    for (int i = 0; i < 50; i++) {
      cen.addPlace("dp" + i);
    }
    Distributor distributor =
        distributor(
            place -> {
              if (place.equals("dp17")) {
                throw unavailable(place);
              }
            });
    Instant end = clock.now().plus(Duration.ofDays(2));
    while (clock.now().isBefore(end)) {
      Duration wait = TestSite.allDue(distributor);
      assertThat(wait).isLessThanOrEqualTo(Distributor.IDLE_MAX);
      clock.sleep(wait.isZero() ? Duration.ofMillis(1) : wait);
    }
    int failing = puts.remove("dp17");
    assertThat(puts).hasSize(49).allSatisfy((place, count) -> assertThat(count).isEqualTo(1));
    assertThat(failing).isBetween(48 * 6, 48 * 12 + 20);
    assertThat(attempts()).isEqualTo(failing);
  }

  /** Hands out everything that may begin, each to a thread of its own, as a server does. */
  private static List<Thread> beginAll(Distributor distributor) throws Failure {
    List<Thread> begun = new ArrayList<>();
    while (distributor.next() instanceof Distributor.Due due) {
      begun.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      due.carryOut();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
    }
    return begun;
  }

  /** Law 7: places that hang, however many, cost nobody else anything. */
  @Test
  void placesThatHangDelayNobody() throws Exception {
    for (int i = 0; i < 40; i++) {
      cen.addPlace("slow" + i);
    }
    cen.addPlace("fast");
    CountDownLatch entered = new CountDownLatch(40);
    CountDownLatch release = new CountDownLatch(1);
    Distributor distributor =
        distributor(
            place -> {
              if (place.startsWith("slow")) {
                entered.countDown();
                release.await();
              }
            });
    List<Thread> begun = new ArrayList<>(beginAll(distributor));
    entered.await();
    // What comes later is done as well, and the slow ones are left alone.
    cen.addPlace("later");
    begun.addAll(beginAll(distributor));
    while (!puts.containsKey("later") || !puts.containsKey("fast")) {
      Thread.onSpinWait();
    }
    assertThat(beginAll(distributor)).isEmpty();
    release.countDown();
    for (Thread one : begun) {
      one.join();
    }
    assertThat(beginAll(distributor)).isEmpty();
    assertThat(puts).hasSize(42).allSatisfy((place, count) -> assertThat(count).isEqualTo(1));
    assertThat(attempts()).isZero();
  }

  /** Law 7: as many fetches as there may be at once take no distribution point's turn. */
  @Test
  void longFetchesDelayNoPlace() throws Exception {
    cen.addPlace("dp");
    for (int i = 0; i <= Agenda.FETCHES_MAX; i++) {
      wantsFromElsewhere("EST-" + (i + 1));
    }
    Distributor distributor = distributor(place -> {});
    List<Distributor.Due> fetches = new ArrayList<>();
    List<Distributor.Due> places = new ArrayList<>();
    while (distributor.next() instanceof Distributor.Due due) {
      (due.name().startsWith("fetch") ? fetches : places).add(due);
    }
    assertThat(fetches).hasSize(Agenda.FETCHES_MAX);
    assertThat(places).hasSize(1);
    places.getFirst().carryOut();
    assertThat(puts).isEqualTo(Map.of("dp", 1));
  }

  private void wantsFromElsewhere(String package_) throws Failure {
    PackageId other = PackageId.parse(package_);
    SigningKey key = SigningKey.generate(new SecureRandom());
    SiteCode est = new SiteCode(other.site());
    TrustedVersion version =
        Signatures.sign(
            new VersionRecord(
                new VersionRecord.PackageRef(other, "elsewhere"),
                1,
                Digest.of(package_.getBytes(StandardCharsets.UTF_8)),
                est,
                1,
                other.number()),
            key);
    cen.ledgers.write(
        handle -> {
          cen.ledgers.catalog().packages().publish(handle, version, false);
          return cen.ledgers.catalog().assignments().add(handle, other, cen.code);
        });
  }

  /** The end of a step that cannot be written down holds back its destination and no other. */
  @Test
  void aPlaceWhoseEndIsNotWrittenDownWaitsAndNobodyElse() throws Exception {
    cen.addPlace("bad");
    cen.addPlace("good");
    cen.ledgers.write(
        handle ->
            handle.execute(
                "CREATE TRIGGER lost BEFORE INSERT ON presence WHEN NEW.place = 'bad'"
                    + " BEGIN SELECT RAISE(ABORT, 'lost'); END"));
    cen.ledgers.write(
        handle ->
            handle.execute(
                "CREATE TRIGGER lost_too BEFORE INSERT ON work WHEN NEW.destination = 'bad'"
                    + " BEGIN SELECT RAISE(ABORT, 'lost'); END"));
    Distributor distributor = distributor(place -> {});
    Duration wait = TestSite.allDue(distributor);
    assertThat(puts).isEqualTo(Map.of("bad", 1, "good", 1));
    assertThat(wait).isBetween(Duration.ofMillis(1), Pace.STUCK_WAIT);
    cen.ledgers.write(handle -> handle.execute("DROP TRIGGER lost"));
    clock.sleep(wait);
    TestSite.allDue(distributor);
    assertThat(puts).isEqualTo(Map.of("bad", 2, "good", 1));
    assertThat(TestSite.allDue(distributor)).isEqualTo(Distributor.IDLE_MAX);
  }

  @Test
  void aDefectOfAnyKindAtOnePlaceIsWrittenDownAndStopsNobody() throws Exception {
    cen.addPlace("a-broken");
    cen.addPlace("b-sound");
    Distributor distributor =
        distributor(
            place -> {
              if (place.equals("a-broken")) {
                throw new UncheckedIOException(new IOException("a defect"));
              }
            });
    TestSite.allDue(distributor);
    assertThat(puts).containsKey("b-sound");
    assertThat(
            cen.ledgers
                .read(h -> cen.ledgers.catalog().works().list(h, id))
                .getFirst()
                .error()
                .code())
        .isEqualTo(Code.INTERNAL.name());
  }

  @Test
  void anInterruptionIsNoFailure() throws Exception {
    cen.addPlace("dp");
    Distributor distributor =
        distributor(
            place -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> TestSite.allDue(distributor)).isInstanceOf(InterruptedException.class);
    assertThat(attempts()).isZero();
    assertThatThrownBy(() -> TestSite.allDue(distributor)).isInstanceOf(InterruptedException.class);
    assertThat(puts).isEqualTo(Map.of("dp", 2));
  }

  @Test
  void whatStaysBrokenIsTriedSeldomAndAtOnceWhenAskedTo() throws Exception {
    cen.addPlace("dp");
    Distributor distributor =
        distributor(
            place -> {
              throw Failure.permanent(Code.STREAMS_UNSUPPORTED, "placing", "no streams", "format");
            });
    TestSite.allDue(distributor);
    clock.sleep(Duration.ofMinutes(59));
    TestSite.allDue(distributor);
    assertThat(puts).isEqualTo(Map.of("dp", 1));
    cen.packages.retry(id);
    TestSite.allDue(distributor);
    assertThat(puts).isEqualTo(Map.of("dp", 2));
    assertThat(attempts()).isEqualTo(2);
    clock.sleep(Duration.ofHours(1));
    TestSite.allDue(distributor);
    assertThat(attempts()).isEqualTo(3);
  }
}
