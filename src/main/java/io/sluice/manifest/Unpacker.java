package io.sluice.manifest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Gets back what {@link Packer} packed, in the same order. */
final class Unpacker {
  private final byte[] bytes;
  private int at;

  Unpacker(byte[] bytes, int from) {
    this.bytes = bytes;
    this.at = from;
  }

  byte one() {
    return bytes[at++];
  }

  long number() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  byte[] bytes() {
    int length = (int) number();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  Name name() {
    return Name.packed(bytes());
  }

  Attributes attributes() {
    int mode = (int) number();
    long seconds = number();
    int nanos = (int) number();
    return new Attributes(mode, seconds >>> 1 ^ -(seconds & 1), nanos, properties());
  }

  private List<Property> properties() {
    int count = (int) number();
    if (count == 0) {
      return List.of();
    }
    List<Property> properties = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      properties.add(new Property(name(), bytes()));
    }
    return properties;
  }

  List<Stream> streams() {
    int count = (int) number();
    if (count == 0) {
      return List.of();
    }
    List<Stream> streams = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      streams.add(new Stream(name(), number()));
    }
    return streams;
  }
}
