package io.sluice.filesystem;

import io.sluice.manifest.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where a sparse file has data; everywhere else it has holes. */
public record Extents(List<Extent> data) {
  /** A run of data, in bytes. */
  public record Extent(long offset, long length) {}

  public Extents {
    data = List.copyOf(data);
  }

  /** The property of a file of this size; empty if it has no hole, or too many to be told. */
  public static Optional<Property> property(List<Extent> data, long size) {
    boolean isTold = data.size() <= LinuxProperties.EXTENTS_MAX && new Extents(data).bytes() < size;
    return isTold ? Optional.of(property(data)) : Optional.empty();
  }

  private static Property property(List<Extent> data) {
    return Property.of(
        Property.SPARSE,
        data.stream()
            .map(extent -> extent.offset + "+" + extent.length)
            .collect(Collectors.joining(",")));
  }

  /** What a property says of a file of this size; empty if it makes no sense. */
  public static Optional<Extents> parse(Property property, long size) {
    List<Extent> data = new ArrayList<>();
    String text = property.text();
    long at = -1;
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      String[] numbers = part.split("\\+", 2);
      try {
        Extent extent = new Extent(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
        if (extent.offset <= at || extent.length <= 0 || extent.length > size - extent.offset) {
          return Optional.empty();
        }
        at = extent.offset + extent.length;
        data.add(extent);
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        return Optional.empty();
      }
    }
    return Optional.of(new Extents(data));
  }

  /** Bytes of data. */
  public long bytes() {
    return data.stream().mapToLong(Extent::length).sum();
  }
}
