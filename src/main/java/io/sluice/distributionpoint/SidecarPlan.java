package io.sluice.distributionpoint;

import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes to the sidecar, in canonical order; a stream's place in the list is its number there.
 */
record SidecarPlan(List<Item> items, Map<Key, Integer> numbers, List<Attribute> attributes) {
  /** A stream of the entry of this index in the manifest. */
  record Item(int entry, Stream stream) {}

  /** Which stream of which entry. */
  record Key(int entry, Name stream) {}

  /** An attribute of the entry of this index. */
  record Attribute(int entry, Property property) {}

  static SidecarPlan of(List<Item> items, List<Attribute> attributes) {
    Map<Key, Integer> numbers = new HashMap<>();
    for (Item item : items) {
      numbers.put(new Key(item.entry, item.stream.name()), numbers.size());
    }
    return new SidecarPlan(List.copyOf(items), Map.copyOf(numbers), List.copyOf(attributes));
  }

  /** True if there is no need of a sidecar. */
  boolean isEmpty() {
    return items.isEmpty() && attributes.isEmpty();
  }
}
