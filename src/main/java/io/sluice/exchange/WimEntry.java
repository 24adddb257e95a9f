package io.sluice.exchange;

import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One entry of a WIM's directories, with the streams noted behind it. */
final class WimEntry {
  private final ByteBuffer fixed;
  private final String name;
  private final List<String> unnamed = new ArrayList<>();
  private final Map<String, String> streams = new LinkedHashMap<>();
  private final List<String> dropped = new ArrayList<>();
  private long bytes;

  private WimEntry(ByteBuffer fixed, String name) {
    this.fixed = fixed;
    this.name = name;
  }

  /** True if a folder's entries end here. */
  static boolean isEnd(ArchiveFile file, WimTables tables, long at) throws Failure, Wrong {
    return tables.metadata(file, at, 8).getLong(0) <= 8;
  }

  static WimEntry read(ArchiveFile file, WimTables tables, long at) throws Failure, Wrong {
    ByteBuffer fixed = tables.metadata(file, at, WimFormat.ENTRY_BYTES);
    long length = fixed.getLong(0);
    int nameBytes = Short.toUnsignedInt(fixed.getShort(100));
    int shortBytes = Short.toUnsignedInt(fixed.getShort(98));
    int zeros = (nameBytes > 0 ? 2 : 0) + (shortBytes > 0 ? 2 : 0);
    long needed = (long) WimFormat.ENTRY_BYTES + nameBytes + shortBytes + zeros;
    if (length < needed || length > tables.metadataBytes() || nameBytes % 2 != 0) {
      throw new Wrong("an entry is shorter than its names");
    }
    WimEntry entry = new WimEntry(fixed, text(file, tables, at + WimFormat.ENTRY_BYTES, nameBytes));
    if (shortBytes > 0) {
      entry.dropped.add("the short name");
    }
    if (length > WimFormat.padded(needed)) {
      entry.dropped.add("tagged metadata");
    }
    entry.unnamed.add(WimFormat.hash(fixed, 64));
    long next = at + WimFormat.padded(length);
    int count = Short.toUnsignedInt(fixed.getShort(96));
    for (int i = 0; i < count; i++) {
      next += entry.stream(file, tables, next);
    }
    entry.bytes = next - at;
    return entry;
  }

  private long stream(ArchiveFile file, WimTables tables, long at) throws Failure, Wrong {
    ByteBuffer fixed = tables.metadata(file, at, WimFormat.STREAM_BYTES);
    long length = fixed.getLong(0);
    int nameBytes = Short.toUnsignedInt(fixed.getShort(36));
    if (length < WimFormat.STREAM_BYTES + nameBytes
        || length > tables.metadataBytes()
        || nameBytes % 2 != 0) {
      throw new Wrong("a stream's entry is shorter than its name");
    }
    String stream = text(file, tables, at + WimFormat.STREAM_BYTES, nameBytes);
    if (stream.isEmpty()) {
      unnamed.add(WimFormat.hash(fixed, 16));
    } else if (streams.put(stream, WimFormat.hash(fixed, 16)) != null) {
      throw new Wrong("an entry has a stream twice");
    }
    return WimFormat.padded(length);
  }

  private static String text(ArchiveFile file, WimTables tables, long at, int length)
      throws Failure, Wrong {
    return WimFormat.text(tables.metadata(file, at, length), 0, length);
  }

  String name() {
    return name;
  }

  int attributes() {
    return fixed.getInt(8);
  }

  int securityId() {
    return fixed.getInt(12);
  }

  /** Where a folder's entries begin; 0 if it has none. */
  long childrenAt() {
    return fixed.getLong(16);
  }

  /** Ticks of 100 ns since 1601. */
  long created() {
    return fixed.getLong(40);
  }

  long written() {
    return fixed.getLong(56);
  }

  int reparseTag() {
    return fixed.getInt(88);
  }

  /** What stands in a reparse point's own head beside tag and length. */
  short reparseReserved() {
    return fixed.getShort(92);
  }

  /** What the names of one file have in common; 0 if it has one. */
  long linkGroup() {
    return fixed.getLong(88);
  }

  /** The hash of a reparse point's own bytes: it comes before that of content. */
  String reparse() {
    return filled(0);
  }

  /** The hash of a file's content. */
  String unnamed() {
    return filled((attributes() & WimFormat.ATTRIBUTE_REPARSE) == 0 ? 0 : 1);
  }

  private String filled(int which) {
    List<String> filled =
        unnamed.stream().filter(hash -> !hash.equals(WimTables.NO_BYTES)).toList();
    return which < filled.size() ? filled.get(which) : WimTables.NO_BYTES;
  }

  Map<String, String> streams() {
    return streams;
  }

  /** What is seen and nothing is made of. */
  List<String> dropped() {
    return dropped;
  }

  /** Bytes of the metadata it takes, streams included. */
  long bytes() {
    return bytes;
  }
}
