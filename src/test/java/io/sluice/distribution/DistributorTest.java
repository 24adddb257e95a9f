package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.catalog.PlaceRow;
import io.sluice.content.HostDisk;
import io.sluice.distributionpoint.Place;
import io.sluice.distributionpoint.Placed;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import io.sluice.time.Backoff;
import io.sluice.transfer.Receiver;
import io.sluice.trust.SettableClock;
import io.sluice.trust.TrustedKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

  private Distributor distributor(Threads threads, Behaviour behaviour) {
    Pace pace =
        new Pace(clock, new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(10)), new Random(3));
    return new Distributor(
        cen.ledgers,
        new Distributor.Means(
            new Receiver(cen.library, new HostDisk()),
            () -> {
              throw new IllegalStateException("no parent");
            },
            TrustedKeys::none,
            new Manifests(cen.library),
            (PlaceRow row) -> new Scripted(row.name(), puts, behaviour)),
        pace,
        threads,
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
            new CallerThread(),
            place -> {
              if (place.equals("dp17")) {
                throw unavailable(place);
              }
            });
    Instant end = clock.now().plus(Duration.ofDays(2));
    while (clock.now().isBefore(end)) {
      Duration wait = distributor.step();
      assertThat(wait).isLessThanOrEqualTo(Distributor.IDLE_MAX);
      clock.sleep(wait.isZero() ? Duration.ofMillis(1) : wait);
    }
    int failing = puts.remove("dp17");
    assertThat(puts).hasSize(49).allSatisfy((place, count) -> assertThat(count).isEqualTo(1));
    assertThat(failing).isBetween(48 * 6, 48 * 12 + 20);
    assertThat(attempts()).isEqualTo(failing);
  }

  /** Law 7: a place that hangs costs nobody else anything. */
  @Test
  void aPlaceThatHangsDelaysNobody() throws Exception {
    cen.addPlace("slow");
    cen.addPlace("fast");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Distributor distributor =
        distributor(
            new OsThreads(),
            place -> {
              if (place.equals("slow")) {
                entered.countDown();
                release.await();
              }
            });
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Duration> stuck = callers.submit(distributor::step);
      entered.await();
      // What comes later is done by another caller, and the slow place is left alone.
      cen.addPlace("later");
      while (!puts.containsKey("later") || !puts.containsKey("fast")) {
        distributor.step();
      }
      assertThat(stuck.isDone()).isFalse();
      release.countDown();
      stuck.get();
    }
    assertThat(puts).isEqualTo(Map.of("slow", 1, "fast", 1, "later", 1));
    assertThat(attempts()).isZero();
  }

  @Test
  void manyCallersDoEveryStepOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      cen.addPlace("dp" + i);
    }
    Distributor distributor = distributor(new OsThreads(), place -> {});
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Duration>> running =
          List.of(
              callers.submit(distributor::step),
              callers.submit(distributor::step),
              callers.submit(distributor::step),
              callers.submit(distributor::step));
      for (Future<Duration> one : running) {
        one.get();
      }
    }
    distributor.step();
    assertThat(puts).hasSize(20).allSatisfy((place, count) -> assertThat(count).isEqualTo(1));
  }

  @Test
  void aDefectAtOnePlaceIsWrittenDownAndStopsNobody() throws Exception {
    cen.addPlace("a-broken");
    cen.addPlace("b-sound");
    Distributor distributor =
        distributor(
            new CallerThread(),
            place -> {
              if (place.equals("a-broken")) {
                throw new IllegalStateException("a defect");
              }
            });
    distributor.step();
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
            new CallerThread(),
            place -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(distributor::step).isInstanceOf(InterruptedException.class);
    assertThat(attempts()).isZero();
    assertThatThrownBy(distributor::step).isInstanceOf(InterruptedException.class);
    assertThat(puts).isEqualTo(Map.of("dp", 2));
  }

  @Test
  void whatStaysBrokenIsTriedSeldomAndAtOnceWhenAskedTo() throws Exception {
    cen.addPlace("dp");
    Distributor distributor =
        distributor(
            new CallerThread(),
            place -> {
              throw Failure.permanent(Code.STREAMS_UNSUPPORTED, "placing", "no streams", "format");
            });
    distributor.step();
    clock.sleep(Duration.ofMinutes(59));
    distributor.step();
    assertThat(puts).isEqualTo(Map.of("dp", 1));
    cen.packages.retry(id);
    distributor.step();
    assertThat(puts).isEqualTo(Map.of("dp", 2));
    assertThat(attempts()).isEqualTo(2);
    clock.sleep(Duration.ofHours(1));
    distributor.step();
    assertThat(attempts()).isEqualTo(3);
  }
}
