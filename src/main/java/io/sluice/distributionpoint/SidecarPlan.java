package io.sluice.distributionpoint;

import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which named streams go to the sidecar, in canonical order; a stream's place in the list is its
 * number there.
 */
record SidecarPlan(List<Item> items, Map<Key, Integer> numbers) {
  /** A stream of the entry of this index in the manifest. */
  record Item(int entry, Stream stream) {}

  /** Which stream of which entry. */
  record Key(int entry, Name stream) {}

  static SidecarPlan of(List<Item> items) {
    Map<Key, Integer> numbers = new HashMap<>();
    for (Item item : items) {
      numbers.put(new Key(item.entry, item.stream.name()), numbers.size());
    }
    return new SidecarPlan(List.copyOf(items), Map.copyOf(numbers));
  }
}
