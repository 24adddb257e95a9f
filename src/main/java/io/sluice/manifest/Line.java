package io.sluice.manifest;

import io.sluice.content.Frame;
import java.util.List;

/**
 * One line of a manifest, read by itself; what it may follow is {@link CanonicalOrder}'s matter.
 */
sealed interface Line {
  /** The first line, of a version this program reads. */
  record Header() implements Line {}

  record Directory(List<Name> path, Attributes attributes, List<Stream> streams) implements Line {}

  record File(Name name, Attributes attributes, long size, List<Stream> streams) implements Line {}

  record Symlink(Name name, Attributes attributes, LinkTarget target) implements Line {}

  /** {@code to} is the file's ordinal among the entry lines. */
  record HardLink(Name name, long to) implements Line {}

  record Chunk(Frame.Chunk chunk) implements Line {}

  /** The trailer. */
  record End(long entries, long streams, long bytes, long chunks) implements Line {}

  /** A line of a kind this program does not know. */
  record Unknown(String kind) implements Line {}
}
