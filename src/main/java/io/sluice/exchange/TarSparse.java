package io.sluice.exchange;

import io.sluice.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Where the data of a sparse file stands, in each of the four forms GNU tar wrote in its time. */
final class TarSparse {
  /** The most runs of data of one file; 24 bytes of memory each. */
  static final int RUNS_MAX = 1_000_000;

  private static final int IN_HEADER = 4;
  private static final int IN_EXTENSION = 21;
  private static final int RUN_BYTES = 24;
  private static final int DIGITS_MAX = 20;

  private final ArchiveFile file;
  private final List<Blob.Piece> pieces = new ArrayList<>();
  private long at;
  private long stored;
  private long end;

  /** Runs that are stored one after the other from {@code at} on. */
  private TarSparse(ArchiveFile file, long at) {
    this.file = file;
    this.at = at;
  }

  /** A file's bytes and where those of the next entry begin. */
  record Content(Blob blob, long next) {}

  /** The old form: runs in the header and in blocks behind it. */
  static Content old(ArchiveFile file, TarBlock header, long after, long stored)
      throws Wrong, Failure {
    TarSparse sparse = new TarSparse(file, after);
    sparse.runs(header, 386, IN_HEADER);
    boolean more = header.bytes()[482] != 0;
    while (more) {
      TarBlock block = new TarBlock(file.bytes(sparse.at, TarFormat.BLOCK_BYTES));
      if (block.bytes().length < TarFormat.BLOCK_BYTES) {
        throw new Wrong("it ends within the places of a sparse file");
      }
      sparse.at += TarFormat.BLOCK_BYTES;
      sparse.runs(block, 0, IN_EXTENSION);
      more = block.bytes()[504] != 0;
    }
    return sparse.content(header.number(483, 12, "a sparse file's size"), stored);
  }

  private void runs(TarBlock block, int from, int count) throws Wrong {
    for (int i = 0; i < count; i++) {
      int field = from + i * RUN_BYTES;
      if (block.bytes()[field] != 0) {
        add(
            block.number(field, 12, "a sparse file's offset"),
            block.number(field + 12, 12, "a sparse file's length"));
      }
    }
  }

  /** The forms in extended headers; {@code after} is where the entry's bytes begin. */
  static Content pax(ArchiveFile file, PaxHeader pax, long after, long stored)
      throws Wrong, Failure {
    TarSparse sparse = new TarSparse(file, after);
    long size = pax.number(TarFormat.SPARSE_SIZE).orElse(-1L);
    if (pax.number(TarFormat.SPARSE_MAJOR).orElse(0L) == 1) {
      long map = sparse.map(after + stored);
      sparse.at = after + map;
      return sparse.content(size, stored - map);
    }
    size = size >= 0 ? size : pax.number("GNU.sparse.size").orElse(-1L);
    String[] numbers = pax.text("GNU.sparse.map").orElse("").split(",", -1);
    List<String> all = new ArrayList<>(numbers[0].isEmpty() ? List.of() : List.of(numbers));
    pax.sparseRuns().forEach(value -> all.add(value.text()));
    if (all.size() % 2 != 0) {
      throw new Wrong("a sparse file's places do not come in pairs");
    }
    for (int i = 0; i < all.size(); i += 2) {
      sparse.add(
          TarFormat.number(all.get(i), "a sparse file's offset"),
          TarFormat.number(all.get(i + 1), "a sparse file's length"));
    }
    return sparse.content(size, stored);
  }

  /** Reads the map of form 1.0, lines of text in whole blocks; returns the blocks' bytes. */
  private long map(long limit) throws Wrong, Failure {
    long start = at;
    long count = line(limit);
    if (count > RUNS_MAX) {
      throw new Wrong("a sparse file of more than " + RUNS_MAX + " runs");
    }
    List<long[]> runs = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      runs.add(new long[] {line(limit), line(limit)});
    }
    long bytes = TarFormat.padded(at - start);
    at = start + bytes;
    for (long[] run : runs) {
      add(run[0], run[1]);
    }
    return bytes;
  }

  private long line(long limit) throws Wrong, Failure {
    byte[] text = file.bytes(at, Math.clamp(limit - at, 0, DIGITS_MAX));
    int end = 0;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    if (end == text.length) {
      throw new Wrong("a sparse file's places are not numbers in lines");
    }
    at += end + 1;
    String digits = new String(text, 0, end, StandardCharsets.US_ASCII);
    return TarFormat.number(digits, "a sparse file's place");
  }

  private void add(long offset, long length) throws Wrong {
    if (offset < end || pieces.size() == RUNS_MAX) {
      throw new Wrong("a sparse file's places overlap or are too many");
    }
    end = offset + length;
    if (length == 0) {
      return;
    }
    Blob.Piece last = pieces.isEmpty() ? new Blob.Piece(-1, 0, 0) : pieces.getLast();
    if (last.end() == offset && last.at() >= 0) {
      pieces.removeLast();
      pieces.add(new Blob.Piece(last.at(), last.offset(), last.length() + length));
    } else {
      pieces.add(new Blob.Piece(offset, stored, length));
    }
    stored += length;
  }

  /** Pieces are noted by their place among the stored bytes; those begin only here. */
  private Content content(long size, long bytes) throws Wrong {
    if (size < end || stored != bytes) {
      throw new Wrong("a sparse file's places do not add up to its size");
    }
    List<Blob.Piece> placed = new ArrayList<>();
    for (Blob.Piece piece : pieces) {
      placed.add(new Blob.Piece(piece.at(), at + piece.offset(), piece.length()));
    }
    return new Content(new Blob.Located(size, placed), at + TarFormat.padded(bytes));
  }
}
