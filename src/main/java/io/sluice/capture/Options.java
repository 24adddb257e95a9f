package io.sluice.capture;

import io.sluice.filesystem.Keep;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * How to capture.
 *
 * @param forbidden folders the source may not overlap, in either direction; need not exist. The
 *     library's own folder is always one of them
 * @param progress told now and then how many bytes were read so far, by the capturing thread
 * @param readEverything true to trust no scan cache
 * @param keep which attributes are kept
 */
public record Options(
    List<Path> forbidden, LongConsumer progress, boolean readEverything, Keep keep) {
  public Options {
    forbidden = List.copyOf(forbidden);
  }

  /** Keeping what is usual. */
  public Options(List<Path> forbidden, LongConsumer progress, boolean readEverything) {
    this(forbidden, progress, readEverything, Keep.USUAL);
  }

  /** No further forbidden folders, no progress, incremental. */
  public static Options plain() {
    return new Options(List.of(), bytes -> {}, false);
  }
}
