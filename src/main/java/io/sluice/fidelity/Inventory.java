package io.sluice.fidelity;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Property;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much a version has.
 *
 * @param streams named ones
 * @param bytes of all streams, named and unnamed
 * @param properties how many entries have each kind of attribute beside mode and time, by key
 */
public record Inventory(Entries entries, long streams, long bytes, Map<String, Long> properties) {
  /**
   * How many entries of each kind.
   *
   * @param hardLinks second and further names of a file
   */
  public record Entries(long directories, long files, long symlinks, long hardLinks) {
    public long sum() {
      return directories + files + symlinks + hardLinks;
    }
  }

  public Inventory {
    properties = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(properties));
  }

  /** Counts what a manifest names. */
  public static Inventory of(Manifest manifest) {
    long[] kinds = new long[4];
    long streams = 0;
    Map<String, Long> properties = new TreeMap<>();
    for (Entry entry : manifest.entries()) {
      streams += entry.streams().size();
      switch (entry) {
        case Entry.Directory directory -> kinds[0] += count(directory.attributes(), properties);
        case Entry.File file -> kinds[1] += count(file.attributes(), properties);
        case Entry.Symlink link -> kinds[2] += count(link.attributes(), properties);
        case Entry.HardLink link -> kinds[3]++;
      }
    }
    Entries entries = new Entries(kinds[0], kinds[1], kinds[2], kinds[3]);
    return new Inventory(entries, streams, manifest.contentBytes(), properties);
  }

  /** Adds an entry's properties; 1, for the entry itself. */
  private static int count(Attributes attributes, Map<String, Long> into) {
    List<Property> properties = attributes.properties();
    for (Property property : properties) {
      into.merge(property.key().toString(), 1L, Long::sum);
    }
    return 1;
  }

  /** Entries, streams and attributes together: what remarks can be about. */
  public long things() {
    return entries.sum() + streams + properties.values().stream().mapToLong(Long::longValue).sum();
  }
}
