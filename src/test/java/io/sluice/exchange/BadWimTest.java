package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.capture.CapturedManifest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Name;
import io.sluice.parallel.CallerThread;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WIMs that are damaged or lie. */
class BadWimTest {
  private static final int RUNS = 3_000;
  private static final int RUNS_LONG = 300_000;

  @TempDir private Path folder;
  private byte[] good = new byte[0];

  @BeforeEach
  void export() throws Exception {
    RichTree.require();
    try (TestVolume volume = TestVolume.plain();
        Library library =
            Library.open(new HostDisk(), folder.resolve("library"), new CallerThread())) {
      Path source = volume.folder("source");
      Path inner = Files.createDirectories(source.resolve("d/inner"));
      Files.write(source.resolve("a"), TestContent.text(1, 2_000));
      Files.write(inner.resolve("b"), TestContent.text(2, 20));
      RichTree.stream(source.resolve("a"), "s", new byte[] {1, 2, 3});
      RichTree.stream(inner, "t", new byte[] {4});
      RichTree.PLATFORM.createHardLink(inner.resolve("c"), source.resolve("a"));
      Files.createSymbolicLink(source.resolve("link"), Path.of("d/inner"));
      Files.createSymbolicLink(source.resolve("far"), Path.of("/d"));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      new WimExport(CapturedManifest.of(library, RichTree.capture(source, library, "")), library)
          .write(out);
      good = out.toByteArray();
    }
  }

  /** Reads all that a WIM says it holds. */
  private void read(byte[] wim) throws Exception {
    Path path = Files.write(folder.resolve("a.wim"), wim);
    try (ArchiveFile file = ArchiveFile.open(new HostDisk(), path)) {
      readAll(ArchivePlatform.ofWim(file, 1, RichTree.PLATFORM), path);
    } catch (IOException e) {
      throw Platform.failureIn(e).orElseThrow(() -> e);
    }
  }

  private static void readAll(ArchivePlatform platform, Path folder) throws Exception {
    for (Name name : platform.children(folder)) {
      Path path = platform.child(folder, name);
      Facts facts = platform.facts(path);
      for (io.sluice.manifest.Stream stream :
          platform.streams(path, facts, Keep.EVERYTHING).named()) {
        assertThat(platform.readStream(path, stream.name()).readNBytes(5_000)).isNotNull();
      }
      if (facts.kind() == Facts.Kind.DIRECTORY) {
        readAll(platform, path);
      } else {
        assertThat(platform.read(path).readNBytes(5_000)).isNotNull();
      }
    }
  }

  @Test
  void everyByteOfContentThatIsFlippedIsFound() throws Exception {
    read(good);
    ByteBuffer header = WimFormat.little(good);
    int metadata = (int) header.getLong(48 + 8);
    for (int at = WimFormat.HEADER_BYTES; at < metadata; at += 7) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      assertThat(code(bad, "byte " + at)).isEqualTo(Code.ARCHIVE_CORRUPT);
    }
  }

  @Test
  void everyTruncationIsFound() throws Exception {
    int end = (int) WimFormat.little(good).getLong(48 + 8);
    for (int length = 0; length < end; length += 13) {
      assertThat(code(Arrays.copyOf(good, length), "length " + length))
          .isEqualTo(Code.ARCHIVE_CORRUPT);
    }
  }

  /** The code of the refusal; USAGE stands for none. */
  private Code code(byte[] wim, String which) throws Exception {
    try {
      read(wim);
      return Code.USAGE;
    } catch (Failure failure) {
      return failure.code();
    } catch (RuntimeException e) {
      throw new AssertionError(which, e);
    }
  }

  @Test
  void aDamagedWimIsAFailureWithACodeOrAnotherGoodOne() throws Exception {
    mutate(RUNS);
  }

  @Test
  @Tag("long")
  void aDamagedWimIsAFailureWithACodeOrAnotherGoodOneManyTimes() throws Exception {
    mutate(RUNS_LONG);
  }

  private void mutate(int runs) throws Exception {
    for (int seed = 0; seed < runs; seed++) {
      byte[] bad = damaged(TestContent.random(seed));
      assertThat(code(bad, "seed " + seed))
          .as("seed " + seed)
          .isIn(Code.ARCHIVE_CORRUPT, Code.ARCHIVE_UNSUPPORTED, Code.USAGE);
    }
  }

  /** Most of the damage is in the metadata, whose check sum is put right again. */
  private byte[] damaged(RandomGenerator random) {
    byte[] bad = good.clone();
    int table = (int) WimFormat.little(good).getLong(48 + 8);
    int length = (int) WimFormat.little(good).getLong(48) & 0xffffff;
    int entry = table + length - WimFormat.LOOKUP_ENTRY_BYTES;
    int at = (int) WimFormat.little(good).getLong(entry + 8);
    int size = table - at;
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      int where = random.nextInt(5) == 0 ? random.nextInt(bad.length) : at + random.nextInt(size);
      switch (random.nextInt(4)) {
        case 0 -> bad[where] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bad[where] = (byte) random.nextInt(256);
        case 2 -> bad[where] = 0;
        default -> {
          int from = at + random.nextInt(size / 8 - 1) * 8;
          int to = at + random.nextInt(size / 8 - 1) * 8;
          System.arraycopy(good, from, bad, to, 8);
        }
      }
    }
    byte[] metadata = Arrays.copyOfRange(bad, at, at + size);
    System.arraycopy(Sha1Input.digest().digest(metadata), 0, bad, entry + 30, 20);
    return bad;
  }
}
