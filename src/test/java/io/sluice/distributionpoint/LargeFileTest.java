package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that several threads write. */
class LargeFileTest {
  private static final int LARGE = (int) TreeWriter.LARGE_BYTES + 4_097;

  private static final byte[] NOISE = TestContent.noise(1, LARGE);

  private final FourCores threads = new FourCores();
  private TestSite site;
  private TestVolume volume;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  /** Threads of a machine with four cores. */
  private static final class FourCores implements Threads {
    private final Threads threads = new OsThreads();
    private int most;

    @Override
    public <T> List<T> all(List<? extends Job<T>> jobs, int atMost)
        throws Failure, InterruptedException {
      most = Math.max(most, jobs.size());
      return threads.all(jobs, atMost);
    }

    @Override
    public Crew crew(String name, int workers, int queued) {
      return threads.crew(name, workers, queued);
    }

    @Override
    public int cores() {
      return 4;
    }
  }

  private Path folder() {
    return volume.root().resolve("dp");
  }

  private FolderPlace place(WatchedStore.Watcher watcher) {
    FolderPlace.Parts parts = new FolderPlace.Parts(site.platform, site.disk, threads);
    PlaceOwner owner = new PlaceOwner("CEN", "shop", site.notes());
    ChunkStore store = new WatchedStore(site.library, watcher);
    return new FolderPlace(owner, folder(), StreamPolicy.SIDECAR, parts, store);
  }

  private static TestPackage with(byte[] large) {
    return new TestPackage()
            .attributes(".", 0555, 1_000_000_000, 0)
            .file("a", TestContent.noise(2, 3))
            .file("d/large", large)
            .stream("d/large", "s", TestContent.noise(3, 300))
            .stream("d/large", "too long for an attribute", TestContent.noise(4, 90_000))
            .attributes("d/large", 0400, -5, 999_999_900)
            .hardLink("d/same", "d/large")
            .file("d/z", TestContent.noise(5, 70_000));
  }

  private void assertIdentical(Manifest manifest, int version) throws Exception {
    assertThat(place(chunk -> {}).verify(TestSite.ID, version, manifest)).isEmpty();
  }

  @Test
  void twoThreadsWriteOneAtTheSameTime() throws Exception {
    Manifest manifest = with(NOISE).store(site.library);
    Set<Digest> ofTheFile = chunks(manifest, 3, 3 + LARGE);
    Set<Thread> writers = ConcurrentHashMap.newKeySet();
    CountDownLatch both = new CountDownLatch(2);
    WatchedStore.Watcher watcher =
        chunk -> {
          if (ofTheFile.contains(chunk) && writers.add(Thread.currentThread())) {
            both.countDown();
            assertThat(await(both)).as("another thread came").isTrue();
          }
        };
    place(watcher).put(TestSite.ID, 1, manifest);
    assertThat(writers).hasSizeGreaterThanOrEqualTo(2);
    assertIdentical(manifest, 1);
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static Set<Digest> chunks(Manifest manifest, long from, long to) {
    Set<Digest> chunks = new HashSet<>();
    long at = 0;
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (at >= from && at < to) {
        chunks.add(chunk.digest());
      }
      at += chunk.length();
    }
    return chunks;
  }

  @Test
  void holesOfOneAreKept() throws Exception {
    byte[] holes = NOISE.clone();
    int from = 5_000_001;
    int to = 30_000_000;
    Arrays.fill(holes, from, to, (byte) 0);
    Arrays.fill(holes, to + 4096, LARGE, (byte) 0);
    Manifest manifest =
        with(holes).sparse("d/large", "0+" + from + "," + to + "+4096").store(site.library);
    place(chunk -> {}).put(TestSite.ID, 1, manifest);
    assertIdentical(manifest, 1);
    Path file = folder().resolve("CEN-12/v1/d/large");
    assertThat(site.platform.facts(file).more().blocks() * 512).isLessThan(6_000_000);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.6, 0.95})
  void anUnfinishedOneIsWrittenAnew(double part) throws Exception {
    Manifest manifest = with(NOISE).store(site.library);
    int[] reads = new int[1];
    WatchedStore.Watcher dies =
        chunk -> {
          synchronized (reads) {
            if (++reads[0] > manifest.chunks().size() * part) {
              throw new TestSite.Crash("in the middle");
            }
          }
        };
    assertThatThrownBy(() -> place(dies).put(TestSite.ID, 1, manifest))
        .isInstanceOf(TestSite.Crash.class);
    Taken taken = place(chunk -> {}).put(TestSite.ID, 1, manifest).taken();
    assertThat(taken.keptFiles()).isEqualTo(2);
    assertIdentical(manifest, 1);
  }

  @Test
  void aFinishedOneIsKept() throws Exception {
    Manifest manifest = with(NOISE).store(site.library);
    site.crashAt = "place.built";
    assertThatThrownBy(() -> place(chunk -> {}).put(TestSite.ID, 1, manifest))
        .isInstanceOf(TestSite.Crash.class);
    assertThat(place(chunk -> {}).put(TestSite.ID, 1, manifest).taken().keptFiles()).isEqualTo(3);
    assertIdentical(manifest, 1);
  }

  @Test
  void oneThatASeedHoldsIsTakenFromItAndOneThatChangedIsNot() throws Exception {
    place(chunk -> {}).put(TestSite.ID, 1, with(NOISE).store(site.library));
    Manifest same = with(NOISE).file("new", new byte[1]).store(site.library);
    assertThat(place(chunk -> {}).put(TestSite.ID, 2, same).taken().seedFiles()).isEqualTo(1);
    assertIdentical(same, 2);
    byte[] changed = NOISE.clone();
    changed[LARGE - 1] ^= 1;
    Manifest other = with(changed).store(site.library);
    assertThat(place(chunk -> {}).put(TestSite.ID, 3, other).taken().seedFiles()).isZero();
    assertIdentical(other, 3);
    assertThat(Files.size(folder().resolve("CEN-12/v3/d/large"))).isEqualTo(LARGE);
  }

  @Test
  void oneIsReadBackInRangesAndToldOnceHoweverManyDiffer() throws Exception {
    Manifest manifest = with(NOISE).store(site.library);
    FolderPlace place = place(chunk -> {});
    place.put(TestSite.ID, 1, manifest);
    assertThat(threads.most).isGreaterThanOrEqualTo(3);
    Path file = folder().resolve("CEN-12/v1/d/large");
    FileTime time = Files.getLastModifiedTime(file);
    for (int wrong : new int[] {LARGE - 1, LARGE / 2, 20}) {
      byte[] bytes = Files.readAllBytes(file);
      bytes[wrong] ^= 1;
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      Files.write(file, bytes);
      site.platform.setAttributes(file, new Attributes(0400, -5, 999_999_900));
      List<Difference> found = place.verify(TestSite.ID, 1, manifest);
      assertThat(found).singleElement().hasToString(told(manifest, wrong));
    }
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(time);
  }

  private static String told(Manifest manifest, int wrong) {
    long start = 0;
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (start + chunk.length() > 3 + wrong) {
        return "d/large: bytes, bytes %d to %d differ"
            .formatted(start - 3, start - 3 + chunk.length());
      }
      start += chunk.length();
    }
    throw new AssertionError(wrong + " is in no chunk");
  }

  @Test
  void itIsCutWhereFramesBegin() throws Exception {
    Manifest manifest = with(NOISE).store(site.library);
    List<Frame.Chunk> chunks = manifest.chunks();
    Content content = new Content(site.library, new Seeds(site.platform, List.of()), chunks);
    long end = chunks.stream().mapToLong(Frame.Chunk::length).sum();
    List<Long> cuts = content.cuts(3, end - 5, 1_000_000);
    assertThat(cuts).isSorted().hasSizeBetween(20, 34).startsWith(3L).endsWith(end - 5);
    long at = 0;
    for (int i = 0; i < chunks.size(); at += chunks.get(i++).length()) {
      if (cuts.contains(at)) {
        assertThat(site.library.place(chunks.get(i).digest()))
            .isNotEqualTo(site.library.place(chunks.get(i - 1).digest()));
      }
    }
  }
}
