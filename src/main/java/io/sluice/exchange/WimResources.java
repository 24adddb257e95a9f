package io.sluice.exchange;

import io.sluice.failure.Failure;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bytes a WIM will hold, each once, known by their SHA-1 before any is written. */
final class WimResources {
  private final VersionContent content;
  private final Map<String, Resource> resources = new LinkedHashMap<>();

  /** Bytes of the content sequence, or others. */
  static final class Resource {
    private final String sha1;
    private final Blob blob;
    private int references;

    private Resource(String sha1, Blob blob) {
      this.sha1 = sha1;
      this.blob = blob;
    }

    String sha1() {
      return sha1;
    }

    long size() {
      return blob.size();
    }

    int references() {
      return references;
    }
  }

  WimResources(VersionContent content) {
    this.content = content;
  }

  /** Remembers a range of the content sequence; returns its SHA-1. */
  String add(long from, long to) throws Failure, IOException, InterruptedException {
    MessageDigest sha1 = Sha1Input.digest();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha1)) {
      content.copy(from, to, out);
    }
    return add(sha1.digest(), Blob.of(from, to - from));
  }

  /** Remembers bytes that are not content. */
  String add(byte[] bytes) {
    return add(Sha1Input.digest().digest(bytes), new Blob.Inline(bytes));
  }

  private String add(byte[] sha1, Blob blob) {
    if (blob.size() == 0) {
      return WimTables.NO_BYTES;
    }
    String hash = HexFormat.of().formatHex(sha1);
    resources.computeIfAbsent(hash, any -> new Resource(hash, blob));
    return hash;
  }

  /** Counts one more place that refers to bytes. */
  void refer(String sha1) {
    Resource resource = resources.get(sha1);
    if (resource != null) {
      resource.references++;
    }
  }

  /** In the order in which they are written. */
  Collection<Resource> all() {
    return resources.values();
  }

  /** Writes bytes that were remembered. */
  void write(Resource resource, OutputStream out)
      throws Failure, IOException, InterruptedException {
    switch (resource.blob) {
      case Blob.Inline inline -> out.write(inline.bytes());
      case Blob.Located located -> {
        long from = located.pieces().getFirst().offset();
        content.copy(from, from + located.size(), out);
      }
      case Blob.Checked checked -> throw new IllegalStateException("no version has " + checked);
    }
  }
}
