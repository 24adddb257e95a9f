package io.sluice.manifest;

import java.util.List;
import java.util.Optional;

/**
 * What every kind of entry keeps.
 *
 * @param mode POSIX permission bits, 0 to 07777
 * @param mtimeSeconds last modification in UTC, whole seconds since 1970, may be negative
 * @param mtimeNanos 0 to 999,999,999
 * @param properties everything else, in order of key, none twice
 */
public record Attributes(int mode, long mtimeSeconds, int mtimeNanos, List<Property> properties) {
  /** All permission bits, those for other identities and the sticky one included. */
  public static final int MODE_MAX = 07777;

  public Attributes {
    if (mode < 0 || mode > MODE_MAX || mtimeNanos < 0 || mtimeNanos > 999_999_999) {
      throw new IllegalArgumentException("mode " + mode + ", nanos " + mtimeNanos);
    }
    if (mtimeSeconds > Manifest.INTEGER_MAX || mtimeSeconds < -Manifest.INTEGER_MAX) {
      throw new IllegalArgumentException("mtime " + mtimeSeconds);
    }
    properties = List.copyOf(properties);
    for (int i = 1; i < properties.size(); i++) {
      if (properties.get(i - 1).key().compareTo(properties.get(i).key()) >= 0) {
        throw new IllegalArgumentException(
            "the property " + properties.get(i).key() + " is out of order or comes twice");
      }
    }
  }

  /** Without further properties. */
  public Attributes(int mode, long mtimeSeconds, int mtimeNanos) {
    this(mode, mtimeSeconds, mtimeNanos, List.of());
  }

  /** These with another time. */
  public Attributes at(long seconds, int nanos) {
    return new Attributes(mode, seconds, nanos, properties);
  }

  /** These with other properties. */
  public Attributes with(List<Property> others) {
    return new Attributes(mode, mtimeSeconds, mtimeNanos, others);
  }

  /** These with another mode. */
  public Attributes with(int otherMode) {
    return new Attributes(otherMode, mtimeSeconds, mtimeNanos, properties);
  }

  /** The property of a key, if there is one. */
  public Optional<Property> property(Name key) {
    for (Property property : properties) {
      if (property.key().equals(key)) {
        return Optional.of(property);
      }
    }
    return Optional.empty();
  }
}
