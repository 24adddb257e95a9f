package io.sluice.filesystem;

import io.sluice.manifest.Stream;
import java.util.List;

/**
 * What an entry has beside its facts and its unnamed stream.
 *
 * @param named its named streams, in order of name
 * @param dropped what is seen there and not kept, for the receipt: {@code security.capability},
 *     {@code system.posix_acl_access} ...
 */
public record Streams(List<Stream> named, List<String> dropped) {
  /** Nothing at all. */
  public static final Streams NONE = new Streams(List.of(), List.of());

  public Streams {
    named = List.copyOf(named);
    dropped = List.copyOf(dropped);
  }
}
