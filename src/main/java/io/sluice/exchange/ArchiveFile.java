package io.sluice.exchange;

import io.sluice.content.Disk;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** An archive's file, open for reading at any position. Safe from any thread but for closing. */
public final class ArchiveFile implements AutoCloseable {
  /** What is read ahead where headers follow each other closely. */
  private static final int WINDOW_BYTES = 64 * 1024;

  private final Path path;
  private final Disk.Reader reader;
  private final long size;
  private byte[] window = new byte[0];
  private long windowAt;

  private ArchiveFile(Path path, Disk.Reader reader, long size) {
    this.path = path;
    this.reader = reader;
    this.size = size;
  }

  /** Opens a regular file. */
  public static ArchiveFile open(Disk disk, Path path) throws Failure {
    Disk.Reader reader = disk.open(path);
    return new ArchiveFile(path, reader, reader.size());
  }

  Path path() {
    return path;
  }

  /** The size when it was opened. */
  long size() {
    return size;
  }

  /** So many bytes from a position, fewer at the file's end. */
  synchronized byte[] bytes(long at, int length) throws Failure {
    int wanted = Math.clamp(size - at, 0, length);
    if (at < windowAt || at + wanted > windowAt + window.length) {
      byte[] fresh = new byte[Math.clamp(size - at, 0, Math.max(WINDOW_BYTES, wanted))];
      int read = Math.max(0, reader.read(ByteBuffer.wrap(fresh), at));
      window = read == fresh.length ? fresh : Arrays.copyOf(fresh, read);
      windowAt = at;
    }
    int from = (int) (at - windowAt);
    return Arrays.copyOfRange(window, from, Math.min(from + wanted, window.length));
  }

  /** The bytes of a stream of it. */
  InputStream open(Blob blob) {
    return switch (blob) {
      case Blob.Inline inline -> new ByteArrayInputStream(inline.bytes());
      case Blob.Located located -> new Input(located);
      case Blob.Checked checked -> new Sha1Input(new Input(checked.located()), checked, path);
    };
  }

  @Override
  public void close() throws Failure {
    reader.close();
  }

  /** Pieces one after the other, zeros between. */
  private final class Input extends InputStream {
    private final Blob.Located blob;
    private long at;
    private int next;

    Input(Blob.Located blob) {
      this.blob = blob;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (next < blob.pieces().size() && blob.pieces().get(next).end() <= at) {
        next++;
      }
      if (at >= blob.size()) {
        return -1;
      }
      boolean inside = next < blob.pieces().size() && blob.pieces().get(next).at() <= at;
      long end = next == blob.pieces().size() ? blob.size() : blob.pieces().get(next).at();
      if (inside) {
        end = blob.pieces().get(next).end();
      }
      int count = (int) Math.min(end - at, length);
      if (inside) {
        Blob.Piece piece = blob.pieces().get(next);
        count = read(piece.offset() + at - piece.at(), into, from, count);
      } else {
        Arrays.fill(into, from, from + count, (byte) 0);
      }
      at += Math.max(0, count);
      return count;
    }

    private int read(long offset, byte[] into, int from, int count) throws IOException {
      try {
        int read = reader.read(ByteBuffer.wrap(into, from, count), offset);
        return read <= 0 ? -1 : read;
      } catch (Failure failure) {
        throw new IOException(failure);
      }
    }
  }
}
