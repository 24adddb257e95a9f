package io.sluice.filesystem;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which attributes beside mode and time a file system holds for the user Sluice runs as, found by
 * trying.
 *
 * @param specialModes setuid, setgid and sticky bits
 * @param all true if every property is held, whatever its key
 * @param keys kinds of properties: keys, and {@code xattr:NAMESPACE.} for foreign attributes
 */
public record PropertyCapacity(boolean specialModes, boolean all, Set<Name> keys) {
  /** Everything there is: what a comparison expects unless told otherwise. */
  public static final PropertyCapacity EVERYTHING = new PropertyCapacity(true, true, Set.of());

  /** How {@link #lost} calls the permission bits for other identities and the sticky one. */
  public static final String SPECIAL_MODES = "setuid, setgid or sticky bit";

  /** One of each kind that can be tried on any file. */
  static final List<Property> SAMPLES =
      List.of(
          Property.of(Property.ACL, "u::rwx,u:1:r--,g::r-x,m::r-x,o::r-x"),
          Property.of(Property.BIRTH, "1000000000.123456700"),
          Property.of(Property.DOS, "22"),
          Property.of(Property.DOS, "20"),
          new Property(
              Name.of("xattr:security.capability"),
              new byte[] {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
          Property.of(Name.of("xattr:trusted.sluice"), "t"),
          Property.of(Name.of("xattr:user.DOSATTRIB"), "0x20"),
          Property.of(Property.OWNER, "2000000000::2000000000:"));

  /** What can be tried on a link only; it leads nowhere. */
  static final Property LINK_SAMPLE =
      NtfsReparse.junction("\\??\\Volume{00000000-0000-0000-0000-000000000000}\\");

  private static final Name USER_ATTRIBUTES = Name.of("xattr:user.");

  public PropertyCapacity {
    keys = Set.copyOf(keys);
  }

  /** What a key is of: itself, its form for files, or the namespace of a foreign attribute. */
  static Name kind(Name key) {
    if (key.equals(Property.REPARSE_DIRECTORY)) {
      return Property.REPARSE;
    }
    String text = key.toString();
    int dot = text.indexOf('.');
    return text.startsWith(Property.XATTR) && dot > 0 ? Name.of(text.substring(0, dot + 1)) : key;
  }

  /**
   * True if a property can be held. Holes always can: where there are none, zeros are written. So
   * can Samba's form of streams wherever streams are extended attributes, for it only renames them.
   */
  public boolean holds(Property property) {
    Name kind = property.key().equals(Property.SAMBA) ? USER_ATTRIBUTES : kind(property.key());
    // What stands for content that is not there is not made, whatever a manifest says.
    boolean made =
        !kind.equals(Property.REPARSE) || NtfsReparse.parse(property.value()).isPresent();
    return all || property.key().equals(Property.SPARSE) || (made && keys.contains(kind));
  }

  /** The part of these attributes that can be held. */
  Attributes held(Attributes attributes) {
    List<Property> held = new ArrayList<>();
    for (Property property : attributes.properties()) {
      if (holds(property)) {
        held.add(property);
      }
    }
    int mode = specialModes ? attributes.mode() : attributes.mode() & 0777;
    return attributes.with(mode).with(held);
  }

  /** Names of what of these attributes cannot be held. */
  public List<String> lost(Attributes attributes) {
    List<String> lost = new ArrayList<>();
    if (!specialModes && (attributes.mode() & ~0777) != 0) {
      lost.add(SPECIAL_MODES);
    }
    for (Property property : attributes.properties()) {
      if (!holds(property)) {
        lost.add(property.key().toString());
      }
    }
    return lost;
  }
}
