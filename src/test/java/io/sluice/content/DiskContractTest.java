package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link Disk} does. */
abstract class DiskContractTest {
  /** The disk; always the same one within a test. */
  abstract Disk disk();

  /** A folder on it that is there and empty. */
  abstract Path folder();

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  static void requireCode(Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(Failure.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  Path write(String name, String text) throws Failure {
    Path file = folder().resolve(name);
    try (Disk.Writer writer = disk().create(file)) {
      writer.write(bytes(text));
      writer.force();
    }
    disk().forceDirectory(folder());
    return file;
  }

  String read(Path file) throws Failure {
    try (Disk.Reader reader = disk().open(file)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) reader.size() + 1);
      assertThat(reader.read(buffer, 0)).isEqualTo(buffer.position());
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void readsWhatWasWritten() throws Failure {
    Path file = folder().resolve("file");
    try (Disk.Writer writer = disk().create(file)) {
      assertThat(writer.position()).isZero();
      ByteBuffer first = bytes("one ");
      writer.write(first);
      assertThat(first.hasRemaining()).isFalse();
      ByteBuffer direct = ByteBuffer.allocateDirect(3).put(bytes("two")).flip();
      writer.write(direct);
      assertThat(writer.position()).isEqualTo(7);
      assertThat(read(file)).isEqualTo("one two");
      writer.force();
    }
    assertThat(read(file)).isEqualTo("one two");
    assertThat(disk().exists(file)).isTrue();
  }

  @Test
  void aMappedFileIsReadAfterItWasClosedAndDeleted() throws Failure {
    for (String text : List.of("0123456789", "")) {
      Path file = write("file", text);
      MemorySegment mapped;
      try (Disk.Reader reader = disk().open(file)) {
        mapped = reader.map();
      }
      disk().delete(file);
      assertThat(mapped.toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(text.getBytes(StandardCharsets.US_ASCII));
      assertThat(mapped.isReadOnly()).isTrue();
    }
  }

  @Test
  void readsAtPositionsAndLessAtTheEnd() throws Failure {
    Path file = write("file", "0123456789");
    try (Disk.Reader reader = disk().open(file)) {
      ByteBuffer buffer = ByteBuffer.allocate(8);
      buffer.position(1).limit(5);
      assertThat(reader.read(buffer, 3)).isEqualTo(4);
      assertThat(new String(buffer.array(), 1, 4, StandardCharsets.US_ASCII)).isEqualTo("3456");
      assertThat(reader.read(ByteBuffer.allocate(8), 7)).isEqualTo(3);
      assertThat(reader.read(ByteBuffer.allocate(8), 10)).isZero();
      assertThat(reader.read(ByteBuffer.allocate(8), 1000)).isZero();
      assertThat(reader.size()).isEqualTo(10);
    }
  }

  @Test
  void createsNothingTwice() throws Failure {
    Path file = write("file", "first");
    requireCode(Code.DISK_ERROR, () -> disk().create(file));
    assertThat(read(file)).isEqualTo("first");
  }

  @Test
  void namesWhatIsMissing() throws Failure {
    Path missing = folder().resolve("missing");
    requireCode(Code.CONTENT_MISSING, () -> disk().open(missing));
    requireCode(Code.CONTENT_MISSING, () -> disk().resume(missing, 0));
    requireCode(Code.CONTENT_MISSING, () -> disk().rename(missing, folder().resolve("x")));
    requireCode(Code.CONTENT_MISSING, () -> disk().create(missing.resolve("file")));
    requireCode(Code.CONTENT_MISSING, () -> disk().freeBytes(missing));
    requireCode(Code.CONTENT_MISSING, () -> disk().lock(missing.resolve("lock")));
    assertThat(disk().exists(missing)).isFalse();
    disk().delete(missing);
    assertThatThrownBy(() -> disk().open(missing)).hasMessageContaining(missing.toString());
  }

  @Test
  void writesOnFromALengthAndCutsTheRestOff() throws Failure {
    Path file = write("file", "0123456789");
    try (Disk.Writer writer = disk().resume(file, 4)) {
      assertThat(writer.position()).isEqualTo(4);
      assertThat(read(file)).isEqualTo("0123");
      writer.write(bytes("ab"));
      assertThat(writer.position()).isEqualTo(6);
    }
    assertThat(read(file)).isEqualTo("0123ab");
    requireCode(Code.DISK_ERROR, () -> disk().resume(file, 100));
  }

  @Test
  void renamesOverAnotherFile() throws Failure {
    Path from = write("from", "new");
    Path to = write("to", "old");
    disk().rename(from, to);
    disk().forceDirectory(folder());
    assertThat(read(to)).isEqualTo("new");
    assertThat(disk().exists(from)).isFalse();
  }

  @Test
  void aReaderOutlivesARename() throws Failure {
    Path from = write("from", "text");
    try (Disk.Reader reader = disk().open(from)) {
      disk().rename(from, folder().resolve("to"));
      ByteBuffer buffer = ByteBuffer.allocate(4);
      assertThat(reader.read(buffer, 0)).isEqualTo(4);
    }
  }

  @Test
  void listsNamesInOrder() throws Failure {
    write("b", "");
    write("a", "");
    disk().createFolders(folder().resolve("c/d"));
    assertThat(disk().list(folder())).containsExactly("a", "b", "c");
    assertThat(disk().list(folder().resolve("c/d"))).isEmpty();
    assertThat(disk().list(folder().resolve("nowhere"))).isEmpty();
    disk().createFolders(folder().resolve("c/d"));
    disk().delete(folder().resolve("a"));
    assertThat(disk().list(folder())).containsExactly("b", "c");
  }

  @Test
  void knowsItsFreeSpace() throws Failure {
    assertThat(disk().freeBytes(folder())).isPositive();
  }

  @Test
  void aLockIsHeldByOne() throws Failure {
    Path file = folder().resolve("lock");
    Disk.Lock first = disk().lock(file);
    requireCode(Code.LIBRARY_IN_USE, () -> disk().lock(file));
    requireCode(Code.LIBRARY_IN_USE, () -> disk().lock(file));
    first.close();
    disk().lock(file).close();
    assertThat(disk().list(folder())).containsExactly("lock");
  }

  @Test
  void anInterruptedThreadReadsAndWritesAllTheSame() throws Failure {
    Path file = write("file", "0123456789");
    try (Disk.Reader reader = disk().open(file)) {
      Thread.currentThread().interrupt();
      List<Integer> lengths = new ArrayList<>();
      lengths.add(reader.read(ByteBuffer.allocate(4), 0));
      assertThat(read(write("other", "text"))).isEqualTo("text");
      lengths.add(reader.read(ByteBuffer.allocate(4), 8));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(lengths).containsExactly(4, 2);
      assertThat(reader.size()).isEqualTo(10);
    } finally {
      Thread.interrupted();
    }
  }
}
