package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.content.WatchedDisk;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import io.sluice.parallel.CallerThread;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanCacheTest {
  private static final String GOLDEN = "/golden/scan-cache-v2/sample.scan";
  private static final String GOLDEN_1 = "/golden/scan-cache-v1/sample.scan";
  private static final String GOLDEN_0 = "/golden/scan-cache-v0/sample.scan";

  /** How entries were listed when the golden files were made. */
  private static final Digest LISTING_1 = Digest.of("1 ".getBytes(StandardCharsets.UTF_8));

  @TempDir Path folder;

  private static ScanMemory sample() {
    ScanMemory old = sample(LISTING_1, true);
    List<Entry> entries = new ArrayList<>();
    Attributes attributes = new Attributes(0644, 1, 2);
    entries.add(new Entry.Directory(EntryPath.ROOT, attributes, List.of()));
    EntryPath folder = EntryPath.ROOT.child(Name.of("folder"));
    entries.add(new Entry.Directory(folder, attributes, List.of()));
    entries.add(new Entry.File(folder.child(Name.of("file")), attributes, 3, List.of()));
    Trace trace =
        new Trace(
            Digest.of(new byte[] {2}),
            List.of(Digest.of(new byte[] {3}), Digest.of(new byte[] {4})),
            PathList.of(entries).orElseThrow());
    return new ScanMemory(
        old.begun(), old.manifest(), old.listing(), old.states(), Optional.of(trace));
  }

  private static ScanMemory sample(Digest listing, boolean whole) {
    States states = new States();
    states.add(new State(true, whole, 7, 1_600_000_000_123_456_789L));
    states.add(State.UNKNOWN);
    states.add(new State(true, false, -1, -1));
    return new ScanMemory(
        Instant.ofEpochSecond(1_700_000_000, 5),
        Digest.of(new byte[] {1}),
        listing,
        states,
        Optional.empty());
  }

  private Captured capture(MemoryPlatform platform, Library library)
      throws Failure, InterruptedException {
    return new Capture(platform, new CallerThread(), library, new LaterClock())
        .capture(folder.resolve("source"), Options.plain());
  }

  private MemoryPlatform source() throws IOException {
    MemoryPlatform platform = new MemoryPlatform(Files.createDirectory(folder.resolve("source")));
    for (int i = 0; i < 5; i++) {
      String name = "file" + i;
      platform.write(
          platform.add(platform.top(), Name.of(name), false), TestContent.noise(i, 10_000));
    }
    return platform;
  }

  private Path onlyFile() throws IOException {
    try (java.util.stream.Stream<Path> files = Files.list(folder.resolve("library/scans"))) {
      return files.toList().getFirst();
    }
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = ScanCacheTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @Test
  void readsTheGoldenBytesAndWhatItWrites() throws IOException {
    // Not compared byte for byte: another zstd may compress another way.
    assertThat(ScanMemory.decode(golden(GOLDEN))).contains(sample());
    assertThat(ScanMemory.decode(sample().encode())).contains(sample());
  }

  @Test
  void readsVersionOneAsOneWithoutATrace() throws IOException {
    assertThat(ScanMemory.decode(golden(GOLDEN_1))).contains(sample(LISTING_1, true));
  }

  @Test
  void readsVersionZeroAsListedByNoPolicyOfToday() throws IOException {
    ScanMemory content = ScanMemory.decode(golden(GOLDEN_0)).orElseThrow();
    assertThat(content).isEqualTo(sample(content.listing(), false));
    assertThat(content.listing()).isNotEqualTo(ScanCache.listing(Keep.USUAL));
  }

  @Test
  void noDamageIsTakenForAContent() {
    byte[] good = sample().encode();
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(ScanMemory.decode(damaged)).as("bit " + bit).isEmpty();
    }
    for (int length = 0; length < good.length; length++) {
      assertThat(ScanMemory.decode(Arrays.copyOf(good, length))).isEmpty();
    }
  }

  @Test
  void soundBytesOfAnotherMeaningAreNotTakenForAContent() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 2_000; round++) {
      byte[] body = sample().encode();
      int at = random.nextInt(body.length - Digest.BYTES);
      body[at] = (byte) random.nextInt();
      Digest.of(body, 0, body.length - Digest.BYTES).write(body, body.length - Digest.BYTES);
      Optional<ScanMemory> content = ScanMemory.decode(body);
      assertThat(content.isEmpty() || content.get().states().size() == 3).isTrue();
    }
  }

  @Test
  void aLostOrDamagedCacheCostsOnlyTime() throws Exception {
    MemoryPlatform platform = source();
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Captured first = capture(platform, library);
      assertThat(capture(platform, library).totals().bytesRead()).isZero();
      byte[] good = Files.readAllBytes(onlyFile());
      for (byte[] bad : List.of(new byte[0], Arrays.copyOf(good, 50), new byte[good.length])) {
        Files.write(onlyFile(), bad);
        Captured again = capture(platform, library);
        assertThat(again.totals().bytesRead()).isEqualTo(50_000);
        assertThat(again.manifest()).isEqualTo(first.manifest());
      }
      Files.delete(onlyFile());
      assertThat(capture(platform, library).totals().bytesRead()).isEqualTo(50_000);
      assertThat(capture(platform, library).totals().bytesRead()).isZero();
    }
  }

  @Test
  void aCacheWhoseManifestOrChunksAreGoneIsNotTrusted() throws Exception {
    MemoryPlatform platform = source();
    Captured first;
    byte[] cache;
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      first = capture(platform, library);
      cache = Files.readAllBytes(onlyFile());
    }
    Files.move(folder.resolve("library"), folder.resolve("lost"));
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Files.createDirectories(folder.resolve("library/scans"));
      Files.write(folder.resolve("library/scans").resolve(nameOfLost()), cache);
      byte[] plain = plainOfLost(first.manifest());
      library.putDocument(plain);
      Captured again = capture(platform, library);
      assertThat(again.totals().bytesRead()).isEqualTo(50_000);
      assertThat(again.manifest()).isEqualTo(first.manifest());
    }
  }

  private String nameOfLost() throws IOException {
    try (java.util.stream.Stream<Path> files = Files.list(folder.resolve("lost/scans"))) {
      return files.toList().getFirst().getFileName().toString();
    }
  }

  private byte[] plainOfLost(Digest manifest) throws Failure {
    try (Library lost = Library.open(new HostDisk(), folder.resolve("lost"))) {
      return lost.document(manifest, Integer.MAX_VALUE);
    }
  }

  @Test
  void entriesWithoutAKnownStateAreRead() throws Exception {
    MemoryPlatform platform = source();
    ForwardingPlatform nameless =
        new ForwardingPlatform(platform) {
          @Override
          public io.sluice.filesystem.Facts facts(Path entry) throws Failure {
            io.sluice.filesystem.Facts facts = super.facts(entry);
            return new io.sluice.filesystem.Facts(
                facts.kind(),
                facts.size(),
                facts.attributes(),
                Optional.empty(),
                facts.target(),
                facts.more());
          }
        };
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Capture capture = new Capture(nameless, new CallerThread(), library, new LaterClock());
      Path source = folder.resolve("source");
      capture.capture(source, Options.plain());
      assertThat(capture.capture(source, Options.plain()).totals().bytesRead()).isEqualTo(50_000);
    }
  }

  @Test
  void sourcesBeyondTheBoundPushOthersOut() throws Exception {
    MemoryPlatform platform = source();
    Path scans = Files.createDirectories(folder.resolve("library/scans"));
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      for (int i = 0; i < ScanCache.SOURCES_MAX + 5; i++) {
        Files.write(scans.resolve("%064x".formatted(i)), new byte[0]);
      }
      capture(platform, library);
      assertThat(capture(platform, library).totals().bytesRead()).isZero();
      try (java.util.stream.Stream<Path> files = Files.list(scans)) {
        assertThat(files.count()).isEqualTo(ScanCache.SOURCES_MAX);
      }
    }
  }

  @Test
  void whatCannotBeRememberedLeavesNothing() throws Exception {
    MemoryPlatform platform = source();
    WatchedDisk full =
        new WatchedDisk(
            new HostDisk(),
            (operation, path) -> {
              if (operation == WatchedDisk.Operation.WRITE
                  && String.valueOf(path.getFileName()).startsWith("scan-")) {
                throw WatchedDisk.broken(operation, path);
              }
            });
    try (Library library = Library.open(full, folder.resolve("library"))) {
      capture(platform, library);
      assertThat(folder.resolve("library/temporary")).isEmptyDirectory();
      assertThat(folder.resolve("library/scans")).isEmptyDirectory();
    }
  }
}
