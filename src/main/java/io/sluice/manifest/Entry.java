package io.sluice.manifest;

import java.util.List;

/** A file, directory, symbolic link or hard link of a version. */
public sealed interface Entry {
  EntryPath path();

  /** Named streams in order of name; links have none of their own. */
  default List<Stream> streams() {
    return List.of();
  }

  /** A directory; the root of a version is one. */
  record Directory(EntryPath path, Attributes attributes, List<Stream> streams) implements Entry {
    public Directory {
      streams = List.copyOf(streams);
    }
  }

  /** A regular file; {@code size} is that of its unnamed stream. */
  record File(EntryPath path, Attributes attributes, long size, List<Stream> streams)
      implements Entry {
    public File {
      streams = List.copyOf(streams);
      if (size < 0 || size > Manifest.INTEGER_MAX) {
        throw new IllegalArgumentException("a file of " + size + " bytes");
      }
    }
  }

  /** A symbolic link; its target is raw bytes, kept and never followed. */
  record Symlink(EntryPath path, Attributes attributes, LinkTarget target) implements Entry {}

  /** Another name of a file that stands earlier in canonical order. */
  record HardLink(EntryPath path, EntryPath file) implements Entry {}
}
