package io.sluice.exchange;

import io.sluice.filesystem.Facts;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an archive says of one entry.
 *
 * @param attributes all of them, whatever the policy
 * @param content of a file
 * @param target of a symbolic link
 * @param dropped what it says and nothing can be made of
 */
record ArchiveEntry(
    Facts.Kind kind,
    Attributes attributes,
    Blob content,
    SortedMap<Name, Blob> streams,
    Optional<LinkTarget> target,
    List<String> dropped) {
  /** A folder that is named by what is in it only. */
  static final ArchiveEntry IMPLIED =
      new ArchiveEntry(
          Facts.Kind.DIRECTORY,
          new Attributes(0755, 0, 0),
          Blob.EMPTY,
          new TreeMap<>(),
          Optional.empty(),
          List.of());

  ArchiveEntry {
    dropped = List.copyOf(dropped);
    // Most entries have none, and there may be millions.
    streams = streams.isEmpty() ? Collections.emptySortedMap() : streams;
  }
}
