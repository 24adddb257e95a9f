package io.sluice.filesystem;

import io.sluice.manifest.Name;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * Which names a folder holds as different ones.
 *
 * @param caseSensitive true if {@code a} and {@code A} are two names
 * @param formSensitive true if a composed and a decomposed é are two names
 * @param pathBytesMax the longest whole path in bytes, the folder's own included
 */
public record NameCapacity(boolean caseSensitive, boolean formSensitive, int pathBytesMax) {
  /** Equal for two names that the folder cannot hold side by side. */
  public String key(Name name) {
    Optional<String> text = name.text();
    if (text.isEmpty()) {
      return "bytes " + java.util.HexFormat.of().formatHex(name.bytes());
    }
    String key = text.get();
    if (!formSensitive) {
      key = Normalizer.normalize(key, Normalizer.Form.NFD);
    }
    return "text " + (caseSensitive ? key : folded(key));
  }

  /** Through upper case first, so that letters with one upper and two lower forms meet. */
  private static String folded(String text) {
    return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }
}
