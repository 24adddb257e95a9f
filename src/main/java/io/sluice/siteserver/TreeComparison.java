package io.sluice.siteserver;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares a source folder with a copy of it, byte for byte and stream for stream, by reading both;
 * it looks at no manifest and believes no digest. A stream the copy's file system cannot hold is
 * compared with its sidecar file. Modes and times are compared too; what is never captured
 * (sockets, owners) is not.
 */
final class TreeComparison {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int DIFFERENCES_MAX = 50;

  private final Platform platform;
  private final Map<Sidecar, Path> sidecars;
  private final byte[] left = new byte[BUFFER_BYTES];
  private final byte[] right = new byte[BUFFER_BYTES];
  private final List<String> differences = new ArrayList<>();
  private final Map<Facts.Identity, EntryPath> sourceLinks = new HashMap<>();
  private final Map<EntryPath, Facts.Identity> copyLinks = new HashMap<>();
  private long bytes;
  private long nativeStreams;
  private long sidecarStreams;

  /** Which stream a sidecar file holds. */
  record Sidecar(EntryPath entry, Name stream) {}

  /**
   * What a comparison found.
   *
   * @param differences the first {@value #DIFFERENCES_MAX}, a line each; none if identical
   * @param bytes compared, of all streams
   */
  record Outcome(List<String> differences, long bytes, long nativeStreams, long sidecarStreams) {
    boolean identical() {
      return differences.isEmpty();
    }
  }

  private TreeComparison(Platform platform, Map<Sidecar, Path> sidecars) {
    this.platform = platform;
    this.sidecars = sidecars;
  }

  /** Compares two folders; {@code sidecars} belong to the copy. */
  static Outcome compare(Platform platform, Path source, Path copy, Map<Sidecar, Path> sidecars)
      throws Failure {
    TreeComparison comparison = new TreeComparison(platform, sidecars);
    comparison.entry(EntryPath.ROOT, source, copy);
    return new Outcome(
        List.copyOf(comparison.differences),
        comparison.bytes,
        comparison.nativeStreams,
        comparison.sidecarStreams);
  }

  private void entry(EntryPath path, Path source, Path copy) throws Failure {
    Facts mine = platform.facts(source);
    Facts theirs = platform.facts(copy);
    if (mine.kind() != theirs.kind()) {
      differ(path, mine.kind() + " became " + theirs.kind());
      return;
    }
    attributes(path, mine, theirs);
    switch (mine.kind()) {
      case FILE -> {
        if (!isAnotherName(path, mine, theirs)) {
          same(path, "its data", platform.read(source), platform.read(copy));
          streams(path, source, copy);
        }
      }
      case DIRECTORY -> {
        streams(path, source, copy);
        children(path, source, copy);
      }
      case SYMLINK -> {
        if (!mine.target().equals(theirs.target())) {
          differ(path, "links to something else");
        }
      }
      case SPECIAL -> {}
    }
  }

  private void attributes(EntryPath path, Facts mine, Facts theirs) {
    if (!mine.attributes().equals(theirs.attributes()) && mine.kind() != Facts.Kind.SYMLINK) {
      differ(path, "mode or time: " + mine.attributes() + " became " + theirs.attributes());
    }
  }

  /**
   * True if this is another name of a file that was compared under its first one: the same must
   * hold in the copy, and what the file holds is then known.
   */
  private boolean isAnotherName(EntryPath path, Facts mine, Facts theirs) {
    if (mine.identity().isEmpty() || theirs.identity().isEmpty() || mine.size().links() < 2) {
      return false;
    }
    EntryPath first = sourceLinks.putIfAbsent(mine.identity().get(), path);
    if (first == null) {
      copyLinks.put(path, theirs.identity().get());
      return false;
    }
    if (!theirs.identity().get().equals(copyLinks.get(first))) {
      differ(path, "is no longer the same file as " + first);
      return false;
    }
    return true;
  }

  private void children(EntryPath path, Path source, Path copy) throws Failure {
    Set<Name> mine = captured(source);
    Set<Name> theirs = new TreeSet<>(platform.children(copy));
    for (Name name : mine) {
      if (theirs.remove(name)) {
        entry(path.child(name), platform.child(source, name), platform.child(copy, name));
      } else {
        differ(path.child(name), "is missing");
      }
    }
    for (Name name : theirs) {
      differ(path.child(name), "is not in the source");
    }
  }

  private Set<Name> captured(Path folder) throws Failure {
    Set<Name> names = new TreeSet<>();
    for (Name name : platform.children(folder)) {
      if (platform.facts(platform.child(folder, name)).kind() != Facts.Kind.SPECIAL) {
        names.add(name);
      }
    }
    return names;
  }

  private void streams(EntryPath path, Path source, Path copy) throws Failure {
    Map<Name, Stream> theirs = new TreeMap<>();
    for (Stream stream : platform.streams(copy)) {
      theirs.put(stream.name(), stream);
    }
    for (Stream stream : platform.streams(source)) {
      Optional<Path> beside = Optional.ofNullable(sidecars.get(new Sidecar(path, stream.name())));
      InputStream mine = platform.readStream(source, stream.name());
      String what = "stream " + stream.name();
      if (theirs.remove(stream.name()) != null) {
        same(path, what, mine, platform.readStream(copy, stream.name()));
        nativeStreams++;
      } else if (beside.isPresent()) {
        same(path, what + " (sidecar)", mine, open(beside.get()));
        sidecarStreams++;
      } else {
        close(mine);
        differ(path, what + " is missing");
      }
    }
    for (Name name : theirs.keySet()) {
      differ(path, "stream " + name + " is not in the source");
    }
  }

  private void same(EntryPath path, String what, InputStream mine, InputStream theirs) {
    try (mine;
        theirs) {
      while (true) {
        int a = mine.readNBytes(left, 0, left.length);
        int b = theirs.readNBytes(right, 0, right.length);
        if (a != b || !java.util.Arrays.equals(left, 0, a, right, 0, b)) {
          differ(path, what + " differs");
          return;
        }
        bytes += a;
        if (a < left.length) {
          return;
        }
      }
    } catch (IOException e) {
      differ(path, what + " cannot be read: " + e.getMessage());
    }
  }

  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      return InputStream.nullInputStream();
    }
  }

  private static void close(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void differ(EntryPath path, String how) {
    if (differences.size() < DIFFERENCES_MAX) {
      differences.add(path + ": " + how);
    }
  }
}
