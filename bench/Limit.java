import com.github.luben.zstd.ZstdCompressCtx;
import io.sluice.content.Chunker;
import io.sluice.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The limit of a cold capture: the same bytes read, cut, hashed and compressed at level 3 in pieces of 512 KiB by two
 * threads that share nothing. No library, no manifest, no deduplication, nothing written, nothing looked at twice.
 * Content that does not compress is compressed too, which a library leaves out: there a capture may beat the limit.
 *
 * <p>{@code java -cp sluice.jar Limit.java WARM FOLDER...}: goes over WARM first, prints a line of seconds a FOLDER.
 */
public final class Limit {
  private static final int THREADS = 2;
  private static final int PIECE_BYTES = 512 * 1024;
  private static final int PART_BYTES = 4 << 20;

  private Limit() {}

  public static void main(String[] folders) throws Exception {
    for (int i = 0; i < folders.length; i++) {
      List<Path> files;
      try (Stream<Path> all = Files.walk(Path.of(folders[i]))) {
        files = all.filter(Files::isRegularFile).filter(each -> !Files.isSymbolicLink(each)).toList();
      }
      long begun = System.nanoTime();
      run(files);
      if (i > 0) {
        System.out.printf(java.util.Locale.ROOT, "%s %.3f%n", folders[i], (System.nanoTime() - begun) / 1e9);
      }
    }
  }

  /** Each thread takes the next part: a stretch of a large file, or small files up to so many bytes. */
  private static void run(List<Path> files) throws InterruptedException, ExecutionException, IOException {
    List<List<Piece>> parts = parts(files);
    java.util.concurrent.atomic.AtomicInteger next = new java.util.concurrent.atomic.AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(threads.submit(() -> {
          byte[] buffer = new byte[PART_BYTES];
          byte[] encoded = new byte[2 * PIECE_BYTES];
          try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            zstd.setLevel(3);
            for (int part = next.getAndIncrement(); part < parts.size(); part = next.getAndIncrement()) {
              work(parts.get(part), buffer, encoded, zstd);
            }
          }
          return null;
        }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }
  }

  private record Piece(Path file, long from, int length) {}

  private static List<List<Piece>> parts(List<Path> files) throws IOException {
    List<List<Piece>> parts = new ArrayList<>();
    List<Piece> part = new ArrayList<>();
    int room = PART_BYTES;
    for (Path file : files) {
      long size = Files.size(file);
      for (long from = 0; from < size; ) {
        int length = (int) Math.min(size - from, room);
        part.add(new Piece(file, from, length));
        from += length;
        room -= length;
        if (room == 0) {
          parts.add(part);
          part = new ArrayList<>();
          room = PART_BYTES;
        }
      }
    }
    parts.add(part);
    return parts;
  }

  private static void work(List<Piece> part, byte[] buffer, byte[] encoded, ZstdCompressCtx zstd) throws IOException {
    int filled = 0;
    for (Piece piece : part) {
      try (InputStream in = Files.newInputStream(piece.file)) {
        in.skipNBytes(piece.from);
        filled += in.readNBytes(buffer, filled, piece.length);
      }
    }
    for (int at = 0; at < filled; ) {
      int length = Chunker.cut(buffer, at, filled, true);
      Digest.of(buffer, at, length);
      at += length;
    }
    for (int at = 0; at < filled; at += PIECE_BYTES) {
      zstd.compressByteArray(encoded, 0, encoded.length, buffer, at, Math.min(PIECE_BYTES, filled - at));
    }
  }
}
