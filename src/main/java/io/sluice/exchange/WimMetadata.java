package io.sluice.exchange;

import io.sluice.manifest.Property;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The metadata of one image, in memory: security descriptors, then each folder's entries. */
final class WimMetadata {
  private static final int CHILDREN_FIELD = 16;
  private static final int END_BYTES = 8;

  private final Map<Property, Integer> descriptors = new LinkedHashMap<>();
  private final List<Folder> folders = new ArrayList<>();
  private long length;

  /** A folder's entries, each encoded but for the place of its own entries. */
  static final class Folder {
    private final List<byte[]> entries = new ArrayList<>();
    private final Map<Integer, Folder> children = new LinkedHashMap<>();
    private long at;

    private long length() {
      return entries.stream().mapToLong(entry -> entry.length).sum() + END_BYTES;
    }
  }

  /**
   * One entry.
   *
   * @param name UTF-16; empty for the root
   * @param attributes DOS attributes and what it is
   * @param union what the names of one file have in common, 0 if it has one; for a reparse point
   *     its tag and flags
   */
  record Item(String name, int attributes, long union, Times times, Hashes hashes) {
    /** The same under another name. */
    Item called(String other) {
      return new Item(other, attributes, union, times, hashes);
    }
  }

  /** Ticks of 100 ns since 1601. */
  record Times(long created, long written) {}

  /** SHA-1s: of content or of a reparse point, and of named streams by name, UTF-16. */
  record Hashes(String unnamed, Map<String, String> streams) {}

  /** A folder for the root's own entry, or for the entries of one that is in another. */
  Folder folder() {
    Folder folder = new Folder();
    folders.add(folder);
    return folder;
  }

  /** Puts an entry into a folder. */
  void add(Folder folder, Item item, Optional<Property> descriptor) {
    int id =
        descriptor
            .map(property -> descriptors.computeIfAbsent(property, any -> descriptors.size()))
            .orElse(-1);
    byte[] entry = encoded(item, id);
    folder.entries.add(entry);
    length += entry.length;
  }

  /** Says that what was put last into a folder is a folder itself, with these entries. */
  void children(Folder folder, Folder entries) {
    folder.children.put(folder.entries.size() - 1, entries);
  }

  /** About how many bytes it has so far. */
  long length() {
    return length;
  }

  private static byte[] encoded(Item item, int descriptor) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    Hashes hashes = item.hashes;
    boolean named = !hashes.streams.isEmpty();
    int nameBytes = 2 * item.name.length();
    int length = WimFormat.ENTRY_BYTES + nameBytes + (nameBytes > 0 ? 2 : 0);
    byte[] bytes = new byte[(int) WimFormat.padded(length)];
    ByteBuffer to = WimFormat.little(bytes);
    to.putLong(0, to.capacity()).putInt(8, item.attributes).putInt(12, descriptor);
    to.putLong(40, item.times.created).putLong(48, item.times.written);
    to.putLong(56, item.times.written);
    to.put(64, HexFormat.of().parseHex(named ? WimTables.NO_BYTES : hashes.unnamed));
    to.putLong(88, item.union);
    to.putShort(96, (short) (named ? hashes.streams.size() + 1 : 0));
    to.putShort(100, (short) nameBytes);
    WimFormat.put(to, WimFormat.ENTRY_BYTES, item.name);
    whole.writeBytes(bytes);
    if (named) {
      whole.writeBytes(stream("", hashes.unnamed));
      hashes.streams.forEach((name, hash) -> whole.writeBytes(stream(name, hash)));
    }
    return whole.toByteArray();
  }

  private static byte[] stream(String name, String hash) {
    int nameBytes = 2 * name.length();
    int length = WimFormat.STREAM_BYTES + nameBytes + (nameBytes > 0 ? 2 : 0);
    byte[] bytes = new byte[(int) WimFormat.padded(length)];
    ByteBuffer to = WimFormat.little(bytes);
    to.putLong(0, to.capacity());
    to.put(16, HexFormat.of().parseHex(hash));
    to.putShort(36, (short) nameBytes);
    WimFormat.put(to, WimFormat.STREAM_BYTES, name);
    return bytes;
  }

  /** The whole resource; everything was put in. */
  byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(security());
    long at = whole.size();
    for (Folder folder : folders) {
      folder.at = at;
      at += folder.length();
    }
    for (Folder folder : folders) {
      for (int i = 0; i < folder.entries.size(); i++) {
        byte[] entry = folder.entries.get(i);
        Folder children = folder.children.get(i);
        if (children != null) {
          WimFormat.little(entry).putLong(CHILDREN_FIELD, children.at);
        }
        whole.writeBytes(entry);
      }
      whole.writeBytes(new byte[END_BYTES]);
    }
    return whole.toByteArray();
  }

  private byte[] security() {
    int length = 8 + 8 * descriptors.size();
    for (Property descriptor : descriptors.keySet()) {
      length += descriptor.value().length;
    }
    byte[] bytes = new byte[(int) WimFormat.padded(length)];
    ByteBuffer to = WimFormat.little(bytes);
    to.putInt(to.capacity()).putInt(descriptors.size());
    descriptors.keySet().forEach(descriptor -> to.putLong(descriptor.value().length));
    descriptors.keySet().forEach(descriptor -> to.put(descriptor.value()));
    return bytes;
  }
}
