package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.trust.ClientIdentity;
import io.sluice.web.SiteDoorWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpSiteLinkTest extends SiteLinkContractTest {
  private static final Duration SHORT = Duration.ofSeconds(2);

  @TempDir Path elsewhere;
  private SiteDoorWorld world;
  private LibraryLink desk;

  @Override
  SiteLink linkTo(Library parent) throws Exception {
    desk = new LibraryLink(parent);
    world = new SiteDoorWorld(elsewhere).open(site -> desk);
    return world.link(world.enrolled(SiteDoorWorld.WST));
  }

  @Override
  byte[] told() {
    return desk.told();
  }

  @AfterEach
  void closeTheDoor() throws Exception {
    world.close();
  }

  private HttpSiteLink impatient(String address) throws Exception {
    ClientIdentity identity = world.enrolled(SiteDoorWorld.WST);
    return new HttpSiteLink(identity, address, world.childClock, world.random, SHORT);
  }

  @Test
  void silenceInTheMiddleOfATransferIsAnInterruption() throws Exception {
    CountDownLatch forever = new CountDownLatch(1);
    desk =
        new LibraryLink(library) {
          @Override
          public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
              throws Failure, InterruptedException {
            byte[] noise = TestContent.noise(1, Frame.PLAIN_BYTES_MAX);
            sink.accept(new Segment(List.of(0), Frame.Codec.RAW, noise));
            sink.accept(new Segment(List.of(1), Frame.Codec.RAW, noise));
            forever.await();
          }
        };
    try (HttpSiteLink link = impatient(world.address())) {
      int[] seen = {0};
      Failure failure =
          catchThrowableOfType(
              Failure.class,
              () -> link.chunks(manifest.digest(), Ordinals.parse("0-1"), segment -> seen[0]++));

      assertThat(failure.code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
      assertThat(failure.isTemporary()).isTrue();
      assertThat(seen[0]).isPositive();
    }
  }

  /** Law 6: when the line breaks, no more than one largest segment was sent in vain. */
  @Test
  void theParentIsNeverMoreThanOneLargestSegmentAhead() throws Exception {
    int many = 120;
    byte[] noise = TestContent.noise(1, Segment.STORED_BYTES_MAX);
    AtomicLong sent = new AtomicLong();
    desk =
        new LibraryLink(library) {
          @Override
          public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
              throws Failure, InterruptedException {
            SplittableRandom random = new SplittableRandom(5);
            for (int i = 0; i < many; i++) {
              int most = i % 3 == 0 ? Segment.STORED_BYTES_MAX : 70_000;
              int length = i % 9 == 0 ? most : random.nextInt(1, most);
              sink.accept(new Segment(List.of(i), Frame.Codec.RAW, Arrays.copyOf(noise, length)));
              sent.addAndGet(SegmentWriter.HEAD_BYTES + SegmentWriter.RUN_BYTES + length);
            }
          }
        };
    long[] stored = {0};
    long[] most = {0};
    try (HttpSiteLink link = impatient(world.address())) {
      link.chunks(
          manifest.digest(),
          Ordinals.parse("0"),
          segment -> {
            awaitStandstill(sent);
            most[0] = Math.max(most[0], sent.get() - stored[0]);
            stored[0] +=
                SegmentWriter.HEAD_BYTES + SegmentWriter.RUN_BYTES + segment.stored().length;
          });
    }

    assertThat(stored[0]).isEqualTo(sent.get());
    assertThat(most[0]).isGreaterThan(100_000).isLessThanOrEqualTo(HttpSiteLink.UNSTORED_BYTES_MAX);
  }

  /** Gives the parent time to send what it may; what it may not, it does not send in any time. */
  private static void awaitStandstill(AtomicLong sent) throws InterruptedException {
    long before = -1;
    while (before != sent.get()) {
      before = sent.get();
      TimeUnit.MILLISECONDS.sleep(15);
    }
  }

  @Test
  void eachTransferHasAConnectionOfItsOwnAndLeavesItToTheNext() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    desk =
        new LibraryLink(library) {
          @Override
          public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
              throws Failure, InterruptedException {
            both.countDown();
            both.await();
            super.chunks(digest, wanted, sink);
          }
        };
    Ordinals all = Ordinals.parse("0-" + (manifest.chunks().size() - 1));
    try (Relay relay = new Relay(world.address());
        HttpSiteLink link = impatient(relay.address());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        counts.add(threads.submit(() -> segments(link, all)));
      }
      assertThat(counts.getFirst().get()).isPositive().isEqualTo(counts.getLast().get());
      assertThat(relay.connections()).isEqualTo(2);
      assertThat(segments(link, all)).isEqualTo(counts.getFirst().get());
      assertThat(relay.connections()).isEqualTo(2);
    }
  }

  private int segments(SiteLink link, Ordinals wanted) throws Failure, InterruptedException {
    int[] seen = {0};
    link.chunks(manifest.digest(), wanted, segment -> seen[0]++);
    return seen[0];
  }

  @Test
  void dialsAnewAfterAConnectionWentDeadWithoutAWord() throws Exception {
    try (Relay relay = new Relay(world.address());
        HttpSiteLink link = impatient(relay.address())) {
      assertThat(link.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
      relay.swallow();
      Failure failure =
          catchThrowableOfType(Failure.class, () -> link.manifest(manifest.digest(), 1 << 20));
      assertThat(failure.code()).isEqualTo(Code.PARENT_UNREACHABLE);
      assertThat(failure.isTemporary()).isTrue();

      relay.forwardNewConnections();
      assertThat(link.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
      assertThat(relay.connections()).isEqualTo(2);
    }
  }

  @Test
  void saysWhereNobodyAnswers() throws Exception {
    try (Relay relay = new Relay(world.address());
        HttpSiteLink link = impatient(relay.address())) {
      relay.shut();
      Failure failure =
          catchThrowableOfType(Failure.class, () -> link.assignments("", Duration.ZERO));

      assertThat(failure.code()).isEqualTo(Code.PARENT_UNREACHABLE);
      assertThat(failure.what()).contains("parent CEN at " + relay.address());
    }
  }
}
