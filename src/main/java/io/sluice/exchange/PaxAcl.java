package io.sluice.exchange;

import io.sluice.filesystem.Principals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * POSIX access lists between the manifest's text ({@code u:1:r-x}) and that of archives ({@code
 * user:1:r-x:1}: behind the permissions stands the number again, which star began, GNU tar passes
 * over and libarchive goes by).
 */
final class PaxAcl {
  private static final Map<String, String> LONG =
      Map.of("u", "user", "g", "group", "m", "mask", "o", "other");

  private PaxAcl() {}

  /** The archive's text of a manifest's. */
  static String archived(String list) {
    List<String> entries = new ArrayList<>();
    for (String entry : list.split(",", -1)) {
      String[] parts = entry.split(":", -1);
      if (parts.length != 3 || !LONG.containsKey(parts[0])) {
        return list;
      }
      String number = parts[1].isEmpty() ? "" : ":" + parts[1];
      entries.add(LONG.get(parts[0]) + ":" + parts[1] + ":" + parts[2] + number);
    }
    return String.join(",", entries);
  }

  /**
   * The manifest's text of an archive's: entries in the kernel's order, numbers for names. Empty if
   * it cannot be made out, or a name is not known to this machine.
   */
  static Optional<String> listed(String archived) {
    List<Entry> entries = new ArrayList<>();
    for (String line : archived.split("[,\n]", -1)) {
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        Optional<Entry> entry = Entry.parse(text);
        if (entry.isEmpty()) {
          return Optional.empty();
        }
        entries.add(entry.get());
      }
    }
    Collections.sort(entries);
    return Optional.of(entries.stream().map(Entry::text).collect(Collectors.joining(",")));
  }

  /** True if a list says no more than permission bits do. */
  static boolean isOnlyMode(String list) {
    return !list.contains("m:");
  }

  /** One entry; the owner's, the group's, the mask and the others' have no number. */
  private record Entry(char kind, long id, String permissions) implements Comparable<Entry> {
    private static final Pattern FORM =
        Pattern.compile(
            "(u|user|g|group|m|mask|o|other):([^:]*):([r-]?[w-]?[x-]?)(?::([0-9]{1,10}))?");
    private static final long NOBODY = -1;

    static Optional<Entry> parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      char kind = matcher.group(1).charAt(0);
      OptionalLong id = id(kind, matcher.group(2), matcher.group(4));
      String bits = matcher.group(3);
      String permissions =
          (bits.indexOf('r') >= 0 ? "r" : "-")
              + (bits.indexOf('w') >= 0 ? "w" : "-")
              + (bits.indexOf('x') >= 0 ? "x" : "-");
      return id.isEmpty() || id.getAsLong() > 0xffff_ffffL
          ? Optional.empty()
          : Optional.of(new Entry(kind, id.getAsLong(), permissions));
    }

    private static OptionalLong id(char kind, String name, @Nullable String number) {
      if (name.isEmpty()) {
        return OptionalLong.of(NOBODY);
      }
      if (kind == 'm' || kind == 'o') {
        return OptionalLong.empty();
      }
      String digits = number == null ? name : number;
      if (digits.length() <= 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return OptionalLong.of(Long.parseLong(digits));
      }
      OptionalInt known = Principals.id(name, kind == 'u' ? "uid" : "gid");
      return known.isPresent()
          ? OptionalLong.of(Integer.toUnsignedLong(known.getAsInt()))
          : OptionalLong.empty();
    }

    /** The kernel's order: the owner, users, the group, groups, the mask, the others. */
    @Override
    public int compareTo(Entry other) {
      int order = Integer.compare("ugmo".indexOf(kind), "ugmo".indexOf(other.kind));
      return order != 0 ? order : Long.compare(id, other.id);
    }

    String text() {
      return kind + ":" + (id == NOBODY ? "" : Long.toString(id)) + ":" + permissions;
    }
  }
}
