package io.sluice.simulation;

import io.sluice.catalog.VersionRow;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.manifest.PackageId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Every version the central site has ever published, learned as it appears in its catalog. */
final class Published {
  private final Map<PackageId, TreeMap<Integer, Version>> versions = new TreeMap<>();
  private final Map<Digest, Manifest> manifests = new HashMap<>();

  /**
   * A version.
   *
   * @param content the digest of its whole content sequence
   */
  record Version(VersionRow row, Manifest manifest, Digest content) {}

  Optional<Version> version(PackageId id, int number) {
    return Optional.ofNullable(versions.getOrDefault(id, new TreeMap<>()).get(number));
  }

  Optional<Version> newest(PackageId id) {
    return Optional.ofNullable(versions.getOrDefault(id, new TreeMap<>()).lastEntry())
        .map(Map.Entry::getValue);
  }

  Manifest manifest(Digest digest) {
    return Optional.ofNullable(manifests.get(digest)).orElseThrow();
  }

  int count() {
    return versions.values().stream().mapToInt(Map::size).sum();
  }

  /** Remembers a version that was not known, and holds it against the source as it is now. */
  void learn(VersionRow row, Library library, Map<String, byte[]> source) throws Failure {
    Manifest manifest =
        ManifestReader.read(
            library.document(row.manifest(), Manifest.PLAIN_BYTES_MAX), row.manifest());
    byte[] content = content(manifest, library);
    Laws.hold(
        newest(row.id()).map(known -> known.row().version()).orElse(0) < row.version(),
        () -> "version " + row.version() + " of " + row.id() + " after a higher one");
    compare(row, captured(manifest, content), source);
    versions
        .computeIfAbsent(row.id(), each -> new TreeMap<>())
        .put(row.version(), new Version(row, manifest, Digest.of(content)));
    manifests.put(manifest.digest(), manifest);
  }

  /** The content sequence as the library gives it, every chunk verified by it. */
  static byte[] content(Manifest manifest, Library library) throws Failure {
    byte[] content = new byte[manifest.chunks().stream().mapToInt(Frame.Chunk::length).sum()];
    int at = 0;
    for (Frame.Chunk chunk : manifest.chunks()) {
      at += library.read(chunk.digest(), content, at);
    }
    return content;
  }

  private static Map<String, byte[]> captured(Manifest manifest, byte[] content) {
    ContentLayout layout = ContentLayout.of(manifest);
    Map<String, byte[]> captured = new TreeMap<>();
    for (int i = 0; i < layout.size(); i++) {
      ContentLayout.Span span = layout.span(i);
      String path = manifest.entries().get(span.entry()).path().toString();
      captured.put(
          path + span.stream().map(name -> ":" + name).orElse(""),
          Arrays.copyOfRange(content, (int) span.offset(), (int) span.end()));
    }
    return captured;
  }

  private static void compare(
      VersionRow row, Map<String, byte[]> captured, Map<String, byte[]> source) {
    Laws.hold(
        captured.keySet().equals(source.keySet()),
        () -> row.id() + " captured " + captured.keySet() + ", there is " + source.keySet());
    source.forEach(
        (path, bytes) ->
            Laws.hold(
                Arrays.equals(bytes, captured.get(path)),
                () -> row.id() + " version " + row.version() + " has other bytes in " + path));
  }
}
