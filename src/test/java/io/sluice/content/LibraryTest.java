package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final PackIntake.Sizes SMALL = new PackIntake.Sizes(400_000, 150_000);

  @TempDir Path folder;

  private static Library open(MemoryDisk disk) throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  static void store(Library library, byte[] content) throws Failure, InterruptedException {
    try (ChunkStore.Intake intake = library.intake();
        FrameCodec codec = new FrameCodec()) {
      FrameBuilder builder = new FrameBuilder(codec, intake::append);
      int at = 0;
      for (Frame.Chunk chunk : TestContent.chunks(content)) {
        if (intake.claim(chunk.digest())) {
          builder.add(chunk, content, at);
        }
        at += chunk.length();
      }
      builder.flush();
      intake.commit();
    }
  }

  static void requireHeld(Library library, byte[] content) throws Failure {
    byte[] back = new byte[content.length];
    int at = 0;
    for (Frame.Chunk chunk : TestContent.chunks(content)) {
      assertThat(library.holds(chunk.digest())).isTrue();
      at += library.read(chunk.digest(), back, at);
    }
    assertThat(back).isEqualTo(content);
  }

  private static Path onlyPack() {
    return FOLDER.resolve("packs").resolve("0000000000000001.pack");
  }

  @Test
  void givesBackWhatWasStoredAfterReopening() throws Exception {
    byte[] content = TestContent.text(1, 3_000_000);
    byte[] noise = TestContent.noise(2, 1_000_000);
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      store(library, content);
      store(library, noise);
      assertThat(library.scrub()).isEmpty();
      requireHeld(library, content);
    }
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      requireHeld(library, content);
      requireHeld(library, noise);
      assertThat(library.scrub()).isEmpty();
      assertThat(library.problems()).isEmpty();
      Library.Stats stats = library.stats();
      assertThat(stats.packs()).isEqualTo(2);
      assertThat(stats.chunks())
          .isEqualTo(TestContent.chunks(content).size() + (long) TestContent.chunks(noise).size());
      assertThat(stats.frameBytes()).isBetween(1_000_000L, 2_500_000L);
      assertThat(library.folder()).isEqualTo(folder.resolve("library"));
    }
  }

  @Test
  void storesEachChunkOnce() throws Exception {
    byte[] content = TestContent.text(1, 1_000_000);
    try (Library library = open(new MemoryDisk())) {
      store(library, content);
      long stored = library.stats().frameBytes();
      store(library, content);
      assertThat(library.stats().frameBytes()).isEqualTo(stored);
      try (ChunkStore.Intake intake = library.intake()) {
        Digest fresh = Digest.of(new byte[] {1});
        assertThat(intake.claim(fresh)).isTrue();
        assertThat(intake.claim(fresh)).isFalse();
        assertThat(intake.claim(TestContent.chunks(content).get(0).digest())).isFalse();
      }
      try (ChunkStore.Intake intake = library.intake()) {
        assertThat(intake.claim(Digest.of(new byte[] {1}))).isTrue();
        assertThat(intake.storedBytes()).isZero();
        intake.commit();
      }
    }
  }

  @Test
  void readsWhatASessionAppendedBeforeItCommits() throws Exception {
    byte[] plain = TestContent.noise(1, 10_000);
    Frame frame =
        FrameCodec.raw(List.of(new Frame.Chunk(Digest.of(plain), plain.length)), plain, 0);
    try (Library library = open(new MemoryDisk())) {
      ChunkStore.Place place;
      try (ChunkStore.Intake intake = library.intake()) {
        intake.append(frame);
        requireHeld(library, plain);
        assertThat(intake.storedBytes()).isEqualTo(plain.length + 20 + 36);
        place = library.place(Digest.of(plain)).orElseThrow();
        assertThat(library.frame(place).stored()).isEqualTo(plain);
        assertThat(library.scrub()).isEmpty();
      }
      assertThat(library.frame(place).chunks()).isEqualTo(frame.chunks());
    }
  }

  @Test
  void chunksOfOneFrameHaveOnePlace() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    try (Library library = open(new MemoryDisk())) {
      store(library, content);
      List<Frame.Chunk> chunks = TestContent.chunks(content);
      ChunkStore.Place place = library.place(chunks.get(0).digest()).orElseThrow();
      assertThat(chunks.size()).isGreaterThan(2);
      for (Frame.Chunk chunk : chunks) {
        assertThat(library.place(chunk.digest())).contains(place);
      }
      assertThat(library.frame(place).chunks()).isEqualTo(chunks);
      assertThat(library.place(Digest.of(new byte[1]))).isEmpty();
    }
  }

  @Test
  void manyThreadsAppendThroughOneSessionAndManyRead() throws Exception {
    OsThreads threads = new OsThreads();
    byte[] content = TestContent.noise(9, 6_000_000);
    List<Frame.Chunk> chunks = TestContent.chunks(content);
    List<Integer> starts = new ArrayList<>();
    int at = 0;
    for (Frame.Chunk chunk : chunks) {
      starts.add(at);
      at += chunk.length();
    }
    AtomicInteger claims = new AtomicInteger();
    try (Library library = Library.open(new HostDisk(), folder, threads, SMALL)) {
      try (ChunkStore.Intake intake = library.intake()) {
        Job<Boolean> job =
            () -> {
              for (int i = 0; i < chunks.size(); i++) {
                if (intake.claim(chunks.get(i).digest())) {
                  claims.incrementAndGet();
                  intake.append(FrameCodec.raw(List.of(chunks.get(i)), content, starts.get(i)));
                }
              }
              return true;
            };
        threads.all(List.of(job, job, job, job), 4);
        intake.commit();
      }
      assertThat(claims.get()).isEqualTo(chunks.size());
      assertThat(library.stats().packs()).isGreaterThan(10);
      Job<Boolean> reads =
          () -> {
            requireHeld(library, content);
            return true;
          };
      threads.all(List.of(reads, reads, reads, reads), 4);
      assertThat(library.scrub()).isEmpty();
    }
    try (Library library = Library.open(new HostDisk(), folder, threads, SMALL)) {
      requireHeld(library, content);
      assertThat(new HostDisk().list(folder.resolve("packs")))
          .allMatch(name -> name.endsWith(".pack"));
    }
  }

  @Test
  void anInterruptedThreadDisturbsNobodyElse() throws Exception {
    byte[] content = TestContent.noise(3, 2_000_000);
    try (Library library = Library.open(new HostDisk(), folder, new OsThreads(), SMALL)) {
      Thread.currentThread().interrupt();
      store(library, content);
      requireHeld(library, content);
      assertThat(Thread.interrupted()).isTrue();
      requireHeld(library, content);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void isHeldByOneProcessAtATime() throws Exception {
    try (Library library = Library.open(new HostDisk(), folder)) {
      assertThat(library.documents()).isEmpty();
      DiskContractTest.requireCode(Code.LIBRARY_IN_USE, () -> Library.open(new HostDisk(), folder));
    }
    Library.open(new HostDisk(), folder).close();
  }

  @Test
  void isNotMadeInAFolderThatHoldsOtherThings() throws Exception {
    Files.writeString(folder.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> Library.open(new HostDisk(), folder))
        .isInstanceOfSatisfying(
            Failure.class,
            e -> {
              assertThat(e.code()).isEqualTo(Code.LIBRARY_MISSING);
              assertThat(e.items()).containsExactly("letter.txt");
            });
    assertThat(folder.resolve("packs")).doesNotExist();
  }

  @Test
  void tellsACorruptAnOlderAndANewerFormatApart() throws Exception {
    Library.open(new HostDisk(), folder).close();
    assertThat(folder.resolve("FORMAT")).hasContent("sluice-library 0\n");
    Files.writeString(folder.resolve("FORMAT"), "sluice-library 1\n");
    DiskContractTest.requireCode(Code.LIBRARY_TOO_NEW, () -> Library.open(new HostDisk(), folder));
    Files.writeString(folder.resolve("FORMAT"), "sluice-libravy 0\n");
    DiskContractTest.requireCode(Code.CONTENT_CORRUPT, () -> Library.open(new HostDisk(), folder));
  }

  @Test
  void aDamagedChunkIsNoLongerHeldAndCanBeStoredAgain() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    List<Frame.Chunk> chunks = TestContent.chunks(content);
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk)) {
      store(library, content);
    }
    disk.flip(onlyPack(), 10_000, 2);
    try (Library library = open(disk)) {
      Digest first = chunks.get(0).digest();
      ChunkStore.Place place = library.place(first).orElseThrow();
      assertThatThrownBy(() -> library.read(first, new byte[400_000], 0))
          .isInstanceOfSatisfying(
              Failure.class,
              e -> {
                assertThat(e.code()).isEqualTo(Code.CONTENT_CORRUPT);
                assertThat(e.what()).contains(onlyPack().toString());
                assertThat(e.why()).startsWith("at byte 16: ");
              });
      assertThat(library.holds(first)).isFalse();
      assertThat(library.stats().chunks()).isZero();
      DiskContractTest.requireCode(
          Code.CONTENT_MISSING, () -> library.read(first, new byte[400_000], 0));
      DiskContractTest.requireCode(Code.CONTENT_CORRUPT, () -> library.frame(place));
    }
    disk.crash();
    try (Library library = open(disk)) {
      assertThat(library.stats().chunks()).isZero();
      store(library, content);
      requireHeld(library, content);
      // The damage is known, and no longer anybody's.
      assertThat(library.scrub()).isEmpty();
      assertThat(library.usage(needed -> {}).quarantined().frames()).isEqualTo(1);
    }
    try (Library library = open(disk)) {
      requireHeld(library, content);
    }
  }

  @Test
  void checkingNamesEveryDamageAndSetsItAside() throws Exception {
    byte[] content = TestContent.noise(1, 1_000_000);
    MemoryDisk disk = new MemoryDisk();
    byte[] document = TestContent.text(4, 5_000);
    try (Library library = open(disk)) {
      store(library, content);
      store(library, TestContent.text(2, 1_000_000));
      library.putDocument(document);
    }
    List<Frame.Chunk> chunks = TestContent.chunks(content);
    disk.flip(onlyPack(), 5_000, 1);
    disk.flip(onlyPack(), 900_000, 1);
    String hex = Digest.of(document).hex();
    Path file = FOLDER.resolve("documents").resolve(hex.substring(0, 2)).resolve(hex);
    disk.flip(file, 100, 0);
    try (Library library = open(disk)) {
      List<Failure> problems = library.scrub();
      assertThat(problems).extracting(Failure::code).containsOnly(Code.CONTENT_CORRUPT);
      assertThat(problems).hasSize(3);
      assertThat(problems).extracting(Failure::what).filteredOn(w -> w.contains(hex)).hasSize(1);
      assertThat(library.holds(chunks.get(0).digest())).isFalse();
      assertThat(library.holds(chunks.get(1).digest())).isTrue();
      assertThat(library.holdsDocument(Digest.of(document))).isFalse();
      library.putDocument(document);
      assertThat(library.document(Digest.of(document), 5_000)).isEqualTo(document);
    }
    assertThat(disk.exists(file.resolveSibling(hex + ".damaged"))).isTrue();
  }

  @Test
  void aQuarantinedFrameOfAPackThatWasDeletedHidesNoOther() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk)) {
      store(library, content);
      disk.flip(onlyPack(), 10_000, 2);
      assertThat(library.scrub()).hasSize(1);
    }
    disk.delete(onlyPack());
    try (Library library = open(disk)) {
      store(library, content);
    }
    try (Library library = open(disk)) {
      requireHeld(library, content);
    }
  }

  @Test
  void aQuarantineFileThatIsTooLongIsToldAndStopsNothing() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk)) {
      store(library, content);
    }
    try (Disk.Writer writer = disk.create(FOLDER.resolve("quarantine"))) {
      writer.write(ByteBuffer.wrap(new byte[1_000_000]));
    }
    try (Library library = open(disk)) {
      requireHeld(library, content);
      assertThat(library.problems())
          .extracting(Failure::code)
          .containsExactly(Code.CONTENT_CORRUPT);
    }
  }

  @Test
  void aLostPackIsMissingAndItsChunksCanBeStoredAgain() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    Digest first = TestContent.chunks(content).get(0).digest();
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk)) {
      store(library, content);
    }
    try (Library library = open(disk)) {
      disk.delete(onlyPack());
      DiskContractTest.requireCode(
          Code.CONTENT_MISSING, () -> library.read(first, new byte[400_000], 0));
      assertThat(library.holds(first)).isFalse();
      store(library, content);
      requireHeld(library, content);
    }
  }

  @Test
  void keepsDocuments() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    byte[] first = "one document".getBytes(StandardCharsets.UTF_8);
    byte[] second = TestContent.text(1, 1_000_000);
    byte[] stored;
    try (Library library = open(disk)) {
      Digest digest = library.putDocument(first);
      assertThat(digest).isEqualTo(Digest.of(first));
      assertThat(library.putDocument(first)).isEqualTo(digest);
      library.putDocument(second);
      library.putDocument(new byte[0]);
      stored = library.storedDocument(Digest.of(second));
      assertThat(stored.length).isLessThan(second.length / 2);
    }
    disk.crash();
    try (Library library = open(disk)) {
      assertThat(library.document(Digest.of(first), 1000)).isEqualTo(first);
      assertThat(library.document(Digest.of(second), 1_000_000)).isEqualTo(second);
      assertThat(library.document(Digest.of(new byte[0]), 0)).isEmpty();
      assertThat(library.documents())
          .containsExactlyInAnyOrder(Digest.of(first), Digest.of(second), Digest.of(new byte[0]))
          .isSorted();
      assertThat(library.stats().documents()).isEqualTo(3);
      assertThat(library.stats().documentBytes()).isGreaterThan(stored.length);
      DiskContractTest.requireCode(
          Code.MANIFEST_TOO_LARGE, () -> library.document(Digest.of(second), 999_999));
      DiskContractTest.requireCode(
          Code.CONTENT_MISSING, () -> library.document(Digest.of(new byte[3]), 5));
      assertThat(library.holdsDocument(Digest.of(second))).isTrue();
    }
  }

  @Test
  void storesAPeersDocumentOnlyIfItIsTheOneNamed() throws Exception {
    byte[] plain = TestContent.text(1, 100_000);
    byte[] stored;
    try (Library library = open(new MemoryDisk())) {
      stored = library.storedDocument(library.putDocument(plain));
    }
    try (Library library = open(new MemoryDisk())) {
      Digest other = Digest.of(new byte[1]);
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> library.putStoredDocument(other, stored));
      byte[] longer = java.util.Arrays.copyOf(stored, stored.length + 1);
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> library.putStoredDocument(Digest.of(plain), longer));
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> library.putStoredDocument(Digest.of(plain), plain));
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> library.putStoredDocument(Digest.of(plain), new byte[0]));
      assertThat(library.documents()).isEmpty();
      library.putStoredDocument(Digest.of(plain), stored);
      library.putStoredDocument(Digest.of(plain), stored);
      assertThat(library.storedDocument(Digest.of(plain))).isEqualTo(stored);
      assertThat(library.document(Digest.of(plain), 100_000)).isEqualTo(plain);
    }
  }

  @Test
  void findsADocumentByTheBeginningOfItsDigest() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    Digest digest;
    try (Library library = open(disk)) {
      digest = library.putDocument(new byte[7]);
      library.putDocument(new byte[8]);
      assertThat(library.resolveDocument(digest.hex().substring(0, 12))).isEqualTo(digest);
      assertThat(library.resolveDocument(digest.hex())).isEqualTo(digest);
      DiskContractTest.requireCode(
          Code.USAGE, () -> library.resolveDocument(digest.hex().substring(0, 11)));
      DiskContractTest.requireCode(
          Code.USAGE,
          () -> library.resolveDocument(digest.hex().toUpperCase(java.util.Locale.ROOT)));
      DiskContractTest.requireCode(
          Code.NOT_FOUND, () -> library.resolveDocument("0123456789abcdef"));
    }
    String almost = digest.hex().substring(0, 63) + (digest.hex().endsWith("0") ? "1" : "0");
    Path file = FOLDER.resolve("documents").resolve(almost.substring(0, 2)).resolve(almost);
    try (Disk.Writer writer = disk.create(file)) {
      writer.write(ByteBuffer.wrap(new byte[9]));
    }
    try (Library library = open(disk)) {
      assertThatThrownBy(() -> library.resolveDocument(digest.hex().substring(0, 12)))
          .isInstanceOfSatisfying(
              Failure.class,
              e -> {
                assertThat(e.code()).isEqualTo(Code.AMBIGUOUS);
                assertThat(e.items()).containsExactlyInAnyOrder(digest.hex(), almost);
              });
      assertThat(library.resolveDocument(digest.hex())).isEqualTo(digest);
    }
  }

  @Test
  void emptiesTheTemporaryFolderAndLeavesStrangersInPacksAlone() throws Exception {
    Library.open(new HostDisk(), folder).close();
    Files.writeString(folder.resolve("temporary/7"), "half");
    Files.writeString(folder.resolve("packs/readme.txt"), "mine");
    try (Library library = Library.open(new HostDisk(), folder)) {
      assertThat(folder.resolve("temporary/7")).doesNotExist();
      assertThat(library.scrub())
          .extracting(Failure::why)
          .containsExactly("it is not a pack's name");
    }
    assertThat(folder.resolve("packs/readme.txt")).exists();
  }
}
