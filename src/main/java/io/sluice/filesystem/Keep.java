package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which attributes beside mode and time a package keeps. Access control lists, DOS attributes,
 * security descriptors and holes are kept unless left out; owner, birth time, the bits for other
 * identities and foreign extended attributes only where asked for. What is seen and not kept is
 * told.
 *
 * @param words what was asked for, in order: {@code owner}, {@code birth}, {@code setuid}, {@code
 *     xattr:NAME} or {@code xattr:PREFIX*}, and {@code -KEY} for what is left out
 */
public record Keep(Set<String> words) {
  /** What is kept if nothing is said. */
  public static final Keep USUAL = new Keep(Set.of());

  /** Everything a platform shows. */
  public static final Keep EVERYTHING = new Keep(Set.of("owner", "birth", "setuid", "xattr:*"));

  /** The most words of a policy, and the longest of them. */
  public static final int WORDS_MAX = 100;

  private static final int WORD_LENGTH_MAX = 300;

  private static final String SETUID = "setuid";
  private static final Set<String> ASKED = Set.of("owner", "birth", SETUID);
  private static final Set<Name> USUALLY =
      Set.of(
          Property.ACL,
          Property.ACL_DEFAULT,
          Property.ACL_NFS4,
          Property.DOS,
          Property.REPARSE,
          Property.SAMBA,
          Property.SECURITY_DESCRIPTOR,
          Property.SPARSE);

  public Keep {
    words = Set.copyOf(words);
  }

  /**
   * Reads a policy: words joined by commas; an empty text is the usual one.
   *
   * @throws Failure USAGE naming every word that is none
   */
  public static Keep parse(String text) throws Failure {
    Set<String> words = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String word = part.strip();
      if (isWord(word)) {
        words.add(word);
      } else if (!word.isEmpty()) {
        wrong.add(word);
      }
    }
    if (words.size() > WORDS_MAX) {
      wrong.add("more than " + WORDS_MAX + " words");
    }
    if (!wrong.isEmpty()) {
      throw Failure.permanent(
              Code.USAGE,
              "reading what is to be kept",
              wrong.size() + " word(s) say nothing",
              "use owner, birth, setuid, xattr:NAME, xattr:PREFIX*, and to leave something out"
                  + " -acl, -acl-default, -acl-nfs4, -dos, -reparse, -samba, -sd or -sparse")
          .about(wrong);
    }
    return new Keep(words);
  }

  private static boolean isWord(String word) {
    if (word.length() > WORD_LENGTH_MAX) {
      return false;
    }
    return ASKED.contains(word)
        || (word.startsWith(Property.XATTR) && word.length() > Property.XATTR.length())
        || (word.startsWith("-")
            && USUALLY.stream().anyMatch(key -> word.substring(1).equals(key.toString())));
  }

  /** True if a property of this key is kept. */
  public boolean keeps(Name key) {
    if (key.equals(Property.REPARSE_DIRECTORY)) {
      return keeps(Property.REPARSE);
    }
    String text = key.toString();
    if (USUALLY.contains(key)) {
      return !words.contains("-" + text);
    }
    return words.contains(text) || words.stream().anyMatch(word -> matches(word, text));
  }

  private static boolean matches(String word, String key) {
    return word.startsWith(Property.XATTR)
        && word.endsWith("*")
        && key.startsWith(word.substring(0, word.length() - 1));
  }

  /** True if the permission bits for other identities and the sticky bit are kept. */
  public boolean keepsSpecialModes() {
    return words.contains(SETUID);
  }

  /** The policy as {@link #parse} reads it. */
  public String text() {
    return String.join(",", new TreeSet<>(words));
  }

  /** The key of a foreign extended attribute, if one can be made of its name. */
  static Optional<Name> xattr(String name) {
    try {
      return Optional.of(Name.of(Property.XATTR + name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
