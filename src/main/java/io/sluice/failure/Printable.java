package io.sluice.failure;

/**
 * Text from outside (names, targets, what an archive says) for a line that a person reads: it
 * neither reaches a terminal as control characters nor begins a line of its own.
 */
public final class Printable {
  private Printable() {}

  /**
   * Control characters as {@code \xNN}; what would turn the direction of writing or show nothing at
   * all as a backslash, {@code u} and the number in braces.
   */
  public static String of(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                shown.append("\\x%02x".formatted(c));
              } else if (isUnseen(c)) {
                shown.append("\\" + "u{%x}".formatted(c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }

  /** Marks of direction, joiners, line separators: Unicode's format characters and separators. */
  private static boolean isUnseen(int c) {
    return switch (Character.getType(c)) {
      case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
      default -> false;
    };
  }
}
