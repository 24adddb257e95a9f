package io.sluice.web;

import static io.sluice.web.SiteDoorWorld.WST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Frame;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.site.SiteCode;
import io.sluice.time.SystemClock;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.HttpSiteLink;
import io.sluice.transfer.LibraryLink;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.Receiver;
import io.sluice.transfer.Segment;
import io.sluice.transfer.SiteLink;
import io.sluice.transfer.TransferSamples;
import io.sluice.trust.ClientIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers and held requests over real TLS on the loopback, and what ends them. */
class SiteTransferTest {
  private static final byte[] CONTENT = TransferSamples.content(21, 6_000_000);

  @TempDir Path folder;
  private final Disk disk = new HostDisk();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private SiteDoorWorld world;
  private Library child;
  private Manifest manifest;

  @BeforeEach
  void build() throws Exception {
    world = new SiteDoorWorld(folder);
    child = Library.open(disk, folder.resolve("child"));
    manifest = TransferSamples.store(world.library, CONTENT);
  }

  @AfterEach
  void tearDown() throws Exception {
    executor.shutdownNow();
    world.close();
    child.close();
  }

  private void receive(SiteLink link) throws Failure, InterruptedException {
    new Receiver(child, disk, new SystemClock())
        .receive(link, TransferSamples.signed(manifest.digest()));
  }

  private BitSet missingAtTheChild() {
    BitSet missing = new BitSet();
    for (int ordinal = 0; ordinal < manifest.chunks().size(); ordinal++) {
      missing.set(ordinal, !child.holds(manifest.chunks().get(ordinal).digest()));
    }
    return missing;
  }

  /** A desk whose transfers do something of their own. */
  private abstract class Desk extends LibraryLink {
    Desk() {
      super(world.library);
    }

    @Override
    public abstract void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
        throws Failure, InterruptedException;

    void usual(Digest digest, Ordinals wanted, SegmentSink sink)
        throws Failure, InterruptedException {
      super.chunks(digest, wanted, sink);
    }
  }

  @Test
  void bringsAVersionOverTheWire() throws Exception {
    world.open();
    receive(world.link(world.enrolled(WST)));

    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(CONTENT);
    assertThat(child.scrub()).isEmpty();
    assertThat(world.desk.asked()).hasSize(1);
  }

  @Test
  void aTransferCutByTheServersStopIsContinued() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    LibraryLink half =
        new Desk() {
          @Override
          public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
              throws Failure, InterruptedException {
            int[] sent = {0};
            usual(
                digest,
                wanted,
                segment -> {
                  if (sent[0]++ == 20) {
                    begun.countDown();
                    new CountDownLatch(1).await();
                  }
                  sink.accept(segment);
                });
          }
        };
    world.open(site -> half);
    ClientIdentity identity = world.enrolled(WST);
    HttpSiteLink link = world.link(identity);
    Future<Throwable> received = executor.submit(() -> catchThrowable(() -> receive(link)));
    begun.await();
    world.door().stop();

    assertThat(received.get()).isInstanceOf(Failure.class);
    assertThat(((Failure) received.get()).code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
    BitSet missing = missingAtTheChild();
    assertThat(missing.cardinality()).isBetween(1, manifest.chunks().size() - 1);
    child.close();
    child = Library.open(disk, folder.resolve("child"));
    assertThat(missingAtTheChild()).isEqualTo(missing);

    world.open();
    receive(world.link(identity));
    assertThat(world.desk.asked()).containsExactly(Ordinals.of(missing));
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(CONTENT);
  }

  @Test
  void aFailureAfterTheFirstByteBreaksTheAnswerOff() throws Exception {
    world.open(
        site ->
            new Desk() {
              @Override
              public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
                  throws Failure, InterruptedException {
                usual(digest, wanted, sink);
                throw Failure.temporary(Code.DISK_ERROR, "reading", "broken", "mend it");
              }
            });
    HttpSiteLink link = world.link(world.enrolled(WST));
    Failure failure = catchThrowableOfType(Failure.class, () -> receive(link));

    assertThat(failure.code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(missingAtTheChild().cardinality()).isLessThan(manifest.chunks().size());
  }

  @Test
  void aFailureBeforeTheFirstByteIsTold() throws Exception {
    world.open();
    HttpSiteLink link = world.link(world.enrolled(WST));
    Failure failure =
        catchThrowableOfType(
            Failure.class,
            () -> link.chunks(Digest.of(new byte[0]), Ordinals.parse("0"), segment -> {}));

    assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
    assertThat(failure.isTemporary()).isFalse();
  }

  @Test
  void aHostileParentsStreamIsCutOff() throws Exception {
    AtomicLong sent = new AtomicLong();
    CompletableFuture<Throwable> ended = new CompletableFuture<>();
    world.open(
        site ->
            new Desk() {
              @Override
              public void chunks(Digest digest, Ordinals wanted, SegmentSink sink) {
                byte[] noise = TestContent.noise(1, Frame.PLAIN_BYTES_MAX);
                ended.complete(
                    catchThrowable(
                        () -> {
                          for (; ; ) {
                            sink.accept(new Segment(List.of(0), Frame.Codec.RAW, noise));
                            sent.incrementAndGet();
                          }
                        }));
              }
            });
    HttpSiteLink link = world.link(world.enrolled(WST));
    Failure failure = catchThrowableOfType(Failure.class, () -> receive(link));

    assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    // The sender is told, and does not go on for ever.
    assertThat(ended.get()).isNotNull();
  }

  @Test
  void moreRequestsAreHeldThanThereArePlatformThreads() throws Exception {
    int each = SiteDoor.OF_SITE_MAX - 2;
    CountDownLatch all = new CountDownLatch(3 * each);
    CountDownLatch release = new CountDownLatch(1);
    world.open(
        site ->
            new LibraryLink(world.library) {
              @Override
              public AssignmentList assignments(String known, Duration most)
                  throws Failure, InterruptedException {
                all.countDown();
                release.await();
                return new AssignmentList(known, false, List.of());
              }
            });
    List<Future<Boolean>> held = new ArrayList<>();
    HttpSiteLink last = null;
    for (String code : List.of("AAA", "BBB", "CCC")) {
      HttpSiteLink link = world.link(world.enrolled(new SiteCode(code)));
      last = link;
      for (int i = 0; i < each; i++) {
        held.add(executor.submit(() -> link.assignments("x", Duration.ofSeconds(30)).changed()));
      }
    }
    all.await();
    // All of them are held, and other requests are answered all the same.
    assertThat(last.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
    release.countDown();
    for (Future<Boolean> one : held) {
      assertThat(one.get()).isFalse();
    }
  }

  @Test
  void oneSiteCannotTakeEveryPlace() throws Exception {
    CountDownLatch all = new CountDownLatch(SiteDoor.OF_SITE_MAX);
    CountDownLatch release = new CountDownLatch(1);
    world.open(
        site ->
            new LibraryLink(world.library) {
              @Override
              public AssignmentList assignments(String known, Duration most)
                  throws Failure, InterruptedException {
                if (site.equals(WST)) {
                  all.countDown();
                  release.await();
                }
                return new AssignmentList(known, false, List.of());
              }
            });
    HttpSiteLink greedy = world.link(world.enrolled(WST));
    HttpSiteLink other = world.link(world.enrolled(new SiteCode("EST")));
    List<Future<Boolean>> held = new ArrayList<>();
    for (int i = 0; i < SiteDoor.OF_SITE_MAX; i++) {
      held.add(executor.submit(() -> greedy.assignments("x", Duration.ofSeconds(30)).changed()));
    }
    all.await();
    Failure failure =
        catchThrowableOfType(Failure.class, () -> greedy.manifest(manifest.digest(), 1 << 20));
    assertThat(failure.code()).isEqualTo(Code.PARENT_REFUSED);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(other.assignments("x", Duration.ZERO).changed()).isFalse();
    release.countDown();
    for (Future<Boolean> one : held) {
      assertThat(one.get()).isFalse();
    }
    assertThat(greedy.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
  }

  private CountDownLatch holding(CompletableFuture<Throwable> deskEnded) throws Failure {
    CountDownLatch held = new CountDownLatch(1);
    world.open(
        site ->
            new LibraryLink(world.library) {
              @Override
              public AssignmentList assignments(String known, Duration most)
                  throws Failure, InterruptedException {
                held.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  deskEnded.complete(e);
                  throw e;
                }
                throw new IllegalStateException("nobody counts down");
              }
            });
    return held;
  }

  @Test
  void stoppingEndsHeldRequests() throws Exception {
    CompletableFuture<Throwable> deskEnded = new CompletableFuture<>();
    CountDownLatch held = holding(deskEnded);
    HttpSiteLink link = world.link(world.enrolled(WST));
    Future<Throwable> asked =
        executor.submit(() -> catchThrowable(() -> link.assignments("", Duration.ofSeconds(30))));
    held.await();
    world.door().stop();

    assertThat(deskEnded.get()).isInstanceOf(InterruptedException.class);
    assertThat(asked.get()).isInstanceOf(Failure.class);
    assertThat(((Failure) asked.get()).isTemporary()).isTrue();
  }

  @Test
  void closingTheLinkAbortsWhatIsInFlight() throws Exception {
    CompletableFuture<Throwable> deskEnded = new CompletableFuture<>();
    CountDownLatch held = holding(deskEnded);
    HttpSiteLink link = world.link(world.enrolled(WST));
    Future<Throwable> asked =
        executor.submit(() -> catchThrowable(() -> link.assignments("", Duration.ofSeconds(30))));
    held.await();
    link.close();

    assertThat(asked.get()).isInstanceOf(Failure.class);
    // The parent's thread is freed as well.
    assertThat(deskEnded.get()).isInstanceOf(InterruptedException.class);
    assertThat(
            catchThrowableOfType(Failure.class, () -> link.assignments("", Duration.ZERO)).code())
        .isEqualTo(Code.PARENT_UNREACHABLE);
  }

  @Test
  void anInterruptionTravelsOnFromAHeldRequest() throws Exception {
    CompletableFuture<Throwable> deskEnded = new CompletableFuture<>();
    CountDownLatch held = holding(deskEnded);
    HttpSiteLink link = world.link(world.enrolled(WST));
    Future<Throwable> asked =
        executor.submit(
            () -> {
              Thread waiting = Thread.currentThread();
              Future<Boolean> watcher =
                  executor.submit(
                      () -> {
                        held.await();
                        waiting.interrupt();
                        return true;
                      });
              Throwable thrown = catchThrowable(() -> link.assignments("", Duration.ofSeconds(30)));
              watcher.get();
              return thrown;
            });

    assertThat(asked.get()).isInstanceOf(InterruptedException.class);
    assertThat(deskEnded.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void anInterruptionTravelsOnFromATransfer() throws Exception {
    world.open(
        site ->
            new Desk() {
              @Override
              public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
                  throws Failure, InterruptedException {
                usual(digest, wanted, sink);
                new CountDownLatch(1).await();
              }
            });
    HttpSiteLink link = world.link(world.enrolled(WST));
    Receiver receiver = new Receiver(child, disk, new SystemClock());
    Future<Throwable> asked =
        executor.submit(
            () -> {
              Thread waiting = Thread.currentThread();
              Future<Boolean> watcher =
                  executor.submit(
                      () -> {
                        while (receiver.progress().stream()
                            .noneMatch(progress -> progress.chunksStored() > 0)) {
                          TimeUnit.MILLISECONDS.sleep(5);
                        }
                        waiting.interrupt();
                        return true;
                      });
              Throwable thrown =
                  catchThrowable(
                      () -> receiver.receive(link, TransferSamples.signed(manifest.digest())));
              watcher.get();
              return thrown;
            });

    assertThat(asked.get()).isInstanceOf(InterruptedException.class);
    assertThat(missingAtTheChild().cardinality()).isLessThan(manifest.chunks().size());
  }

  @Test
  void redialsAfterTheServerWasAway() throws Exception {
    world.open();
    int port = Integer.parseInt(world.address().substring("127.0.0.1:".length()));
    HttpSiteLink link = world.link(world.enrolled(WST));
    link.assignments("", Duration.ZERO);
    world.door().stop();
    Failure away = catchThrowableOfType(Failure.class, () -> link.assignments("", Duration.ZERO));
    assertThat(away.code()).isEqualTo(Code.PARENT_UNREACHABLE);
    assertThat(away.isTemporary()).isTrue();

    SiteDoor again =
        new SiteDoor(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            world.server,
            new SiteDoor.Callers(
                site -> world.desk,
                request -> {
                  throw new IllegalStateException("nobody enrols here");
                },
                (site, fingerprint) -> fingerprint.equals(world.issued.get(site))),
            world.parentClock,
            world.random);
    again.start();
    try {
      assertThat(link.assignments("", Duration.ZERO).changed()).isTrue();
    } finally {
      again.stop();
    }
  }
}
