package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.time.Clock;
import io.sluice.time.SystemClock;
import io.sluice.trust.SettableClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions with common content are received at once: what both lack crosses the line once. */
class OverlappingTransfersTest {
  private static final byte[] FIRST = TransferSamples.content(11, 3_000_000);

  @TempDir Path folder;
  private final CountDownLatch waiting = new CountDownLatch(1);
  private Library parent;
  private Library child;
  private Manifest first;
  private Manifest second;
  private byte[] secondContent;
  private Receiver receiver;

  @BeforeEach
  void storeAtTheParent() throws Exception {
    parent = Library.open(new HostDisk(), folder.resolve("parent"));
    child = Library.open(new HostDisk(), folder.resolve("child"));
    receiver = new Receiver(child, new HostDisk(), new TellingClock());
    first = TransferSamples.store(parent, FIRST);
    byte[] added = TransferSamples.content(77, 1_000_000);
    secondContent = Arrays.copyOf(FIRST, FIRST.length + added.length);
    System.arraycopy(added, 0, secondContent, FIRST.length, added.length);
    second = TransferSamples.store(parent, secondContent);
  }

  @AfterEach
  void close() throws Exception {
    parent.close();
    child.close();
  }

  /** Says when somebody waits for another transfer. */
  private final class TellingClock implements Clock {
    private final Clock real = new SystemClock();

    @Override
    public Instant now() {
      return real.now();
    }

    @Override
    public long nanos() {
      return real.nanos();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      waiting.countDown();
      real.sleep(Duration.ofMillis(1));
    }
  }

  private interface Middle {
    void reached() throws Failure, InterruptedException;
  }

  /** A way to the parent on which something happens after a few segments. */
  private final class Stopping extends LibraryLink {
    private final Middle middle;

    Stopping(Middle middle) {
      super(parent);
      this.middle = middle;
    }

    @Override
    public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
        throws Failure, InterruptedException {
      int[] seen = new int[1];
      super.chunks(
          digest,
          wanted,
          segment -> {
            if (seen[0]++ == 3) {
              middle.reached();
            }
            sink.accept(segment);
          });
    }
  }

  private Received receive(SiteLink link, Manifest manifest) throws Failure, InterruptedException {
    return receiver.receive(link, TransferSamples.signed(manifest.digest()));
  }

  private static List<Digest> asked(LibraryLink link, Manifest manifest) {
    List<Digest> asked = new ArrayList<>();
    for (Ordinals ordinals : link.asked()) {
      ordinals.bits().stream()
          .forEach(ordinal -> asked.add(manifest.chunks().get(ordinal).digest()));
    }
    return asked;
  }

  private Set<Digest> held() {
    Set<Digest> held = new HashSet<>();
    for (Frame.Chunk chunk : second.chunks()) {
      if (child.holds(chunk.digest())) {
        held.add(chunk.digest());
      }
    }
    return held;
  }

  /** Starts the first transfer, the second in its middle, and lets the first go on as told. */
  private void overlap(LibraryLink other, Middle end, boolean firstSucceeds) throws Exception {
    CountDownLatch middle = new CountDownLatch(1);
    CountDownLatch looked = new CountDownLatch(1);
    Stopping link =
        new Stopping(
            () -> {
              middle.countDown();
              looked.await();
              end.reached();
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Received> one = threads.submit(() -> receive(link, first));
      middle.await();
      Set<Digest> before = held();
      Future<Received> two = threads.submit(() -> receive(other, second));
      waiting.await();
      List<Digest> meanwhile = asked(other, second);
      looked.countDown();
      assertThat(meanwhile)
          .as("asked for while the first transfer goes on")
          .isNotEmpty()
          .doesNotContainAnyElementsOf(asked(link, first))
          .doesNotContainAnyElementsOf(before);
      if (firstSucceeds) {
        assertThat(one.get().chunksFetched()).isEqualTo(asked(link, first).size());
      } else {
        assertThat(catchThrowableOfType(ExecutionException.class, one::get)).isNotNull();
      }
      Received received = two.get();
      assertThat(received.chunksFetched()).isEqualTo(asked(other, second).size());
    }
    assertThat(TransferSamples.readBack(child, second)).isEqualTo(secondContent);
    assertThat(child.scrub()).isEmpty();
  }

  @Test
  void whatBothLackIsAskedForByTheFirst() throws Exception {
    LibraryLink other = new LibraryLink(parent);
    overlap(other, () -> {}, true);

    assertThat(other.asked()).hasSize(1);
    assertThat(receiver.progress()).isEmpty();
  }

  @Test
  void whatTheFirstDidNotGetTheOtherAsksForAndNothingElse() throws Exception {
    LibraryLink other = new LibraryLink(parent);
    overlap(
        other,
        () -> {
          throw Failure.temporary(Code.TRANSFER_INTERRUPTED, "x", "cable", "wait");
        },
        false);

    assertThat(other.asked()).hasSize(2);
    List<Digest> asked = asked(other, second);
    assertThat(asked).doesNotHaveDuplicates();
    assertThat(asked.size()).isLessThan(new HashSet<>(second.chunks()).size());
  }

  @Test
  void anInterruptedTransferHoldsNobodyUp() throws Exception {
    LibraryLink other = new LibraryLink(parent);
    overlap(
        other,
        () -> {
          throw new InterruptedException("stopping");
        },
        false);

    assertThat(other.asked()).hasSize(2);
  }

  @Test
  void whatTheParentLacksIsAskedForOnceByEach() throws Exception {
    byte[] plain = TransferSamples.plain(TransferSamples.content(11, 3_800_000));
    parent.putDocument(plain);
    second = ManifestReader.parse(plain);
    LibraryLink one = new LibraryLink(parent);
    LibraryLink other = new LibraryLink(parent);
    Stopping link =
        new Stopping(
            () -> {
              waiting.countDown();
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Received>> all = new ArrayList<>();
      for (LibraryLink each : List.of(one, other, link)) {
        all.add(threads.submit(() -> receive(each, second)));
      }
      for (Future<Received> each : all) {
        ExecutionException e = catchThrowableOfType(ExecutionException.class, each::get);
        assertThat(e.getCause()).isInstanceOf(Failure.class);
        assertThat(((Failure) e.getCause()).code()).isEqualTo(Code.CHUNK_NOT_HELD);
      }
    }
    for (LibraryLink each : List.of(one, other, link)) {
      assertThat(asked(each, second)).doesNotHaveDuplicates();
    }
    List<Digest> arrived = new ArrayList<>();
    for (LibraryLink each : List.of(one, other, link)) {
      arrived.addAll(asked(each, second));
    }
    arrived.retainAll(held());
    assertThat(arrived).doesNotHaveDuplicates();
  }

  @Test
  void nobodyWaitsForeverForATransferThatStandsStill() throws Exception {
    receiver = new Receiver(child, new HostDisk(), new SettableClock(Instant.EPOCH));
    LibraryLink other = new LibraryLink(parent);
    List<Failure> failures = new ArrayList<>();
    Stopping link =
        new Stopping(
            () -> failures.add(catchThrowableOfType(Failure.class, () -> receive(other, second))));
    receive(link, first);

    assertThat(failures).hasSize(1);
    assertThat(failures.getFirst().code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
    assertThat(failures.getFirst().isTemporary()).isTrue();
    assertThat(Collections.disjoint(asked(other, second), asked(link, first))).isTrue();
    assertThat(receive(other, second).chunksFetched()).isZero();
  }
}
