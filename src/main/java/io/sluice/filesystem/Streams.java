package io.sluice.filesystem;

import io.sluice.fidelity.Remark;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.util.List;

/**
 * What an entry has beside its facts and its unnamed stream.
 *
 * @param named its named streams, in order of name
 * @param properties what is kept by the policy asked with, in order of key
 * @param remarks what is seen there and not kept as it is, for the receipt
 */
public record Streams(List<Stream> named, List<Property> properties, List<Remark> remarks) {
  /** Nothing at all. */
  public static final Streams NONE = new Streams(List.of(), List.of(), List.of());

  public Streams {
    named = List.copyOf(named);
    properties = List.copyOf(properties);
    remarks = List.copyOf(remarks);
  }
}
