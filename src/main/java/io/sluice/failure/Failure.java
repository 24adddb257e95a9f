package io.sluice.failure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operational failure: what was attempted on which thing and where, why it did not work, what
 * to do next. {@link #items} names every single thing concerned where there are several (bad input
 * is reported whole, not one piece at a time), at most {@link #ITEMS_MAX} of them.
 */
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /** How many items one failure lists; the count of the rest is said in a last line. */
  public static final int ITEMS_MAX = 100;

  private final Code code;
  private final String what;
  private final String why;
  private final String next;
  private final boolean temporary;
  private final List<String> items;

  private Failure(Code code, boolean temporary, Text text, @Nullable Throwable cause) {
    super(code.id() + " " + code + ": " + text.what + ": " + text.why, cause);
    this.code = code;
    this.temporary = temporary;
    this.what = text.what;
    this.why = text.why;
    this.next = text.next;
    this.items = List.copyOf(text.items);
  }

  private record Text(String what, String why, String next, List<String> items) {}

  /** A failure that trying again later may not meet. */
  public static Failure temporary(Code code, String what, String why, String next) {
    return new Failure(code, true, new Text(what, why, next, List.of()), null);
  }

  /** A failure that stays until somebody changes something. */
  public static Failure permanent(Code code, String what, String why, String next) {
    return new Failure(code, false, new Text(what, why, next, List.of()), null);
  }

  /** The same failure, naming every single thing it is about. */
  public Failure about(List<String> concerned) {
    return about(concerned, concerned.size());
  }

  /**
   * The same failure, naming some of the things it is about.
   *
   * @param all how many there are
   */
  public Failure about(List<String> some, long all) {
    return new Failure(code, temporary, new Text(what, why, next, listed(some, all)), getCause());
  }

  /** The same failure with the exception that brought it to light. */
  public Failure because(Throwable cause) {
    return new Failure(code, temporary, new Text(what, why, next, items), cause);
  }

  public Code code() {
    return code;
  }

  /** What was attempted, on which thing, where. */
  public String what() {
    return what;
  }

  public String why() {
    return why;
  }

  /** What the operator does next. */
  public String next() {
    return next;
  }

  /** True if trying again may help without anybody doing anything. */
  public boolean isTemporary() {
    return temporary;
  }

  public List<String> items() {
    return items;
  }

  /** The failure as a person reads it, several printable lines, no trailing newline. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(code.id()).append(' ').append(code).append(": ").append(Printable.of(what));
    for (String item : items) {
      text.append("\n    ").append(Printable.of(item));
    }
    text.append("\n  why:  ").append(Printable.of(why));
    text.append("\n  next: ").append(Printable.of(next));
    return text.toString();
  }

  private static List<String> listed(List<String> some, long all) {
    int shown = Math.min(some.size(), ITEMS_MAX);
    List<String> listed = new java.util.ArrayList<>(some.subList(0, shown));
    if (all > shown) {
      listed.add("... and " + (all - shown) + " more");
    }
    return listed;
  }
}
