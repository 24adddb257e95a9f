package io.sluice.manifest;

/** A named stream of an entry. */
public record Stream(Name name, long size) {
  public Stream {
    if (size < 0 || size > Manifest.INTEGER_MAX) {
      throw new IllegalArgumentException("a stream of " + size + " bytes");
    }
  }
}
