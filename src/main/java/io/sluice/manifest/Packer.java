package io.sluice.manifest;

import java.util.Arrays;
import java.util.List;

/** Packs values into bytes, numbers in as few as they need; {@link Unpacker} gets them back. */
final class Packer {
  private static final int BYTES_FIRST = 256;

  private byte[] bytes = new byte[BYTES_FIRST];
  private int length;

  void clear() {
    length = 0;
  }

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  Packer one(byte value) {
    room(1);
    bytes[length++] = value;
    return this;
  }

  /** A number that is not negative and mostly small. */
  Packer number(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  Packer bytes(byte[] value) {
    number(value.length);
    room(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
    return this;
  }

  Packer attributes(Attributes attributes) {
    long seconds = attributes.mtimeSeconds();
    number(attributes.mode()).number(seconds << 1 ^ seconds >> 63).number(attributes.mtimeNanos());
    number(attributes.properties().size());
    for (Property property : attributes.properties()) {
      bytes(property.key().raw()).bytes(property.raw());
    }
    return this;
  }

  Packer streams(List<Stream> streams) {
    number(streams.size());
    for (Stream stream : streams) {
      bytes(stream.name().raw()).number(stream.size());
    }
    return this;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
