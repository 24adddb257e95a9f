package io.sluice.exchange;

import io.sluice.failure.Failure;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** A WIM's header and tables: where its resources lie, and the descriptors of one image. */
final class WimTables {
  /** The most resources: 150 bytes of memory each. */
  static final int RESOURCES_MAX = 4_000_000;

  /** The most security descriptors. */
  static final int DESCRIPTORS_MAX = 1_000_000;

  /** The hash of what has no bytes. */
  static final String NO_BYTES = "0".repeat(2 * WimFormat.SHA1_BYTES);

  private static final int COPY_BYTES = 64 * 1024;

  private final Map<String, Blob> blobs = new HashMap<>();
  private Resource metadata = new Resource(0, 0, 0, "");
  private long descriptorBytes;

  /** Where each security descriptor begins, and where the last one ends. */
  private long[] descriptors = new long[1];

  /** Descriptors that were read: an image has few that differ. */
  private final Map<Integer, Property> known = new HashMap<>();

  /** A stretch of the file. */
  private record Resource(long offset, long size, int flags, String sha1) {}

  private WimTables() {}

  /** True if a file begins as WIMs do. */
  static boolean isWim(ArchiveFile file) throws Failure {
    return Arrays.equals(file.bytes(0, WimFormat.MAGIC.length), WimFormat.MAGIC);
  }

  /** The header of a WIM. */
  static ByteBuffer header(ArchiveFile file) throws Failure, Wrong {
    byte[] header = file.bytes(0, WimFormat.HEADER_BYTES);
    if (header.length < WimFormat.HEADER_BYTES
        || !Arrays.equals(header, 0, 8, WimFormat.MAGIC, 0, 8)) {
      throw new Wrong("it does not begin with a WIM's header");
    }
    return WimFormat.little(header);
  }

  static WimTables read(ArchiveFile file, int image) throws Failure, Wrong {
    ByteBuffer header = header(file);
    if (header.getShort(40) != 1 || header.getShort(42) != 1) {
      throw new Wrong("it is one part of a WIM in several: join them first");
    }
    WimTables tables = new WimTables();
    tables.lookup(file, resource(file, header, 48, ""), image);
    tables.security(file);
    return tables;
  }

  private static Resource resource(ArchiveFile file, ByteBuffer from, int at, String sha1)
      throws Wrong {
    long size = from.getLong(at) & 0xff_ffff_ffff_ffffL;
    int flags = from.get(at + 7) & 0xff;
    long offset = from.getLong(at + 8);
    if ((flags & WimFormat.RESOURCE_PACKED) != 0) {
      throw new Wrong("it is compressed");
    }
    if (offset < 0 || offset > file.size() || size > file.size() - offset) {
      throw new Wrong("it ends within a resource: it was cut off");
    }
    return new Resource(offset, size, flags, sha1);
  }

  private void lookup(ArchiveFile file, Resource table, int image) throws Failure, Wrong {
    long count = table.size / WimFormat.LOOKUP_ENTRY_BYTES;
    if (count > RESOURCES_MAX) {
      throw new Wrong("more than " + RESOURCES_MAX + " resources");
    }
    int images = 0;
    for (long i = 0; i < count; i++) {
      long at = table.offset + i * WimFormat.LOOKUP_ENTRY_BYTES;
      byte[] entry = file.bytes(at, WimFormat.LOOKUP_ENTRY_BYTES);
      if (entry.length < WimFormat.LOOKUP_ENTRY_BYTES) {
        throw new Wrong("it ends within its table of resources");
      }
      String sha1 = HexFormat.of().formatHex(entry, 30, WimFormat.LOOKUP_ENTRY_BYTES);
      Resource resource = resource(file, WimFormat.little(entry), 0, sha1);
      if ((resource.flags & WimFormat.RESOURCE_METADATA) == 0) {
        Blob.Located located =
            resource.size == 0
                ? (Blob.Located) Blob.EMPTY
                : (Blob.Located) Blob.of(resource.offset, resource.size);
        blobs.put(sha1, new Blob.Checked(located, sha1));
      } else if (++images == image) {
        metadata = resource;
      }
    }
    if (metadata.size == 0) {
      throw new Wrong("it has no image " + image);
    }
    requireSha1(file);
  }

  private void requireSha1(ArchiveFile file) throws Failure, Wrong {
    MessageDigest sha1 = Sha1Input.digest();
    for (long at = 0; at < metadata.size; at += COPY_BYTES) {
      int piece = (int) Math.min(COPY_BYTES, metadata.size - at);
      sha1.update(file.bytes(metadata.offset + at, piece));
    }
    if (!HexFormat.of().formatHex(sha1.digest()).equals(metadata.sha1)) {
      throw new Wrong("the image's metadata do not have their SHA-1");
    }
  }

  private void security(ArchiveFile file) throws Failure, Wrong {
    ByteBuffer head = metadata(file, 0, 8);
    descriptorBytes = Integer.toUnsignedLong(head.getInt(0));
    long count = Integer.toUnsignedLong(head.getInt(4));
    if (descriptorBytes > metadata.size || count > Math.min(DESCRIPTORS_MAX, descriptorBytes / 8)) {
      throw new Wrong("its security descriptors do not fit its metadata");
    }
    descriptors = new long[(int) count + 1];
    descriptors[0] = 8 + 8 * count;
    for (int i = 0; i < count; i++) {
      long length = metadata(file, 8 + 8L * i, 8).getLong(0);
      if (length < 0 || length > Property.BYTES_MAX) {
        throw new Wrong("a security descriptor of " + length + " bytes");
      }
      descriptors[i + 1] = descriptors[i] + length;
    }
    if (descriptors[(int) count] > Math.max(8, descriptorBytes)) {
      throw new Wrong("its security descriptors are longer than it says");
    }
  }

  long metadataBytes() {
    return metadata.size;
  }

  /** Where the root's entry is, in the metadata. */
  long rootAt() {
    return WimFormat.padded(Math.max(8, descriptorBytes));
  }

  /** So many bytes of the metadata, all of them. */
  ByteBuffer metadata(ArchiveFile file, long at, int length) throws Failure, Wrong {
    if (at < 0 || at > metadata.size - length) {
      throw new Wrong("its metadata end within an entry");
    }
    return WimFormat.little(file.bytes(metadata.offset + at, length));
  }

  /** The bytes of this hash. */
  Blob blob(String sha1) throws Wrong {
    Blob blob = sha1.equals(NO_BYTES) ? Blob.EMPTY : blobs.get(sha1);
    if (blob == null) {
      throw new Wrong("the bytes " + sha1 + " are not in it");
    }
    return blob;
  }

  /** A security descriptor by its number; -1 is none. */
  Optional<Property> descriptor(ArchiveFile file, int id) throws Failure, Wrong {
    if (id == -1) {
      return Optional.empty();
    }
    if (id < 0 || id >= descriptors.length - 1) {
      throw new Wrong("an entry has a security descriptor that is not there");
    }
    Property property = known.get(id);
    if (property == null) {
      byte[] value = new byte[(int) (descriptors[id + 1] - descriptors[id])];
      metadata(file, descriptors[id], value.length).get(value);
      property = new Property(Property.SECURITY_DESCRIPTOR, value);
      known.put(id, property);
    }
    return Optional.of(property);
  }
}
