package io.sluice.filesystem;

import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.util.List;
import java.util.Optional;

/**
 * What named streams a file system can hold.
 *
 * @param streamBytesMax the longest single stream; 0 if none at all
 * @param entryBytesMax the most one entry can hold of names, sizes and bytes together, counted as
 *     {@link #cost}; {@link Long#MAX_VALUE} if there is no such limit
 * @param names what a stream may be called
 */
public record StreamCapacity(long streamBytesMax, long entryBytesMax, StreamNames names) {
  /** No limit worth naming. */
  public static final StreamCapacity UNLIMITED = new StreamCapacity(Long.MAX_VALUE, Long.MAX_VALUE);

  /** No streams at all. */
  public static final StreamCapacity NONE = new StreamCapacity(0, 0);

  /** The names of one entry's streams, as a system can list them at once. */
  private static final int NAMES_BYTES_MAX = 65_536;

  private static final int LISTED_EXTRA_BYTES = 6;
  private static final int HEADER_BYTES = 16;

  /** With the stricter rule for names, that of extended attributes. */
  public StreamCapacity(long streamBytesMax, long entryBytesMax) {
    this(streamBytesMax, entryBytesMax, StreamNames.ATTRIBUTE);
  }

  /** What a stream may be called. */
  public enum StreamNames {
    /** Up to 250 bytes: an extended attribute's 255 less the prefix {@code user.}. */
    ATTRIBUTE,
    /** Up to 255 UTF-16 units, no colon and no backslash. */
    NTFS;

    private static final int ATTRIBUTE_BYTES_MAX = 250;
    private static final int NTFS_UNITS_MAX = 255;

    /** True if a stream may be called that. */
    public boolean holds(Name name) {
      return switch (this) {
        case ATTRIBUTE -> name.length() <= ATTRIBUTE_BYTES_MAX;
        case NTFS -> {
          Optional<String> text = Wtf8.decode(name.bytes());
          yield text.isPresent()
              && text.get().length() <= NTFS_UNITS_MAX
              && text.get().indexOf(':') < 0
              && text.get().indexOf('\\') < 0;
        }
      };
    }
  }

  /** True if an entry with these streams can be held. */
  public boolean holds(List<Stream> streams) {
    long sum = 0;
    long listed = 0;
    for (Stream stream : streams) {
      if (streamBytesMax == 0 || stream.size() > streamBytesMax || !names.holds(stream.name())) {
        return false;
      }
      sum += cost(stream);
      listed += stream.name().length() + LISTED_EXTRA_BYTES;
    }
    return sum <= entryBytesMax && listed <= NAMES_BYTES_MAX;
  }

  /**
   * What a stream takes of {@link #entryBytesMax}: ext4's arithmetic, a header and padding to 4.
   */
  public static long cost(Stream stream) {
    return HEADER_BYTES + padded(stream.name().length()) + padded(stream.size());
  }

  private static long padded(long bytes) {
    return (bytes + 3) / 4 * 4;
  }
}
