package io.sluice.transfer;

import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A set of chunk ordinals of one manifest as ascending, disjoint, non-adjacent runs. As text:
 * {@code 0-63,70,80-99}.
 *
 * @param runs in order
 */
public record Ordinals(List<Run> runs) {
  /** The most chunks a manifest may name: 2^24 of at least a byte, typically a terabyte. */
  public static final int ORDINALS_MAX = 1 << 24;

  /** The longest text of a request. */
  public static final int TEXT_LENGTH_MAX = 1 << 20;

  /** The longest text of one run: two numbers below 2^24, a hyphen and a comma. */
  private static final int RUN_LENGTH_MAX = 18;

  private static final int DIGITS_MAX = 8;

  public Ordinals {
    runs = List.copyOf(runs);
    int free = 0;
    for (Run run : runs) {
      if (run.first() < free || run.count() < 1 || run.count() > ORDINALS_MAX - run.first()) {
        throw new IllegalArgumentException("runs out of order or out of bounds: " + run);
      }
      free = run.first() + run.count() + 1;
    }
  }

  /** {@code count} ordinals from {@code first}. */
  public record Run(int first, int count) {}

  /** The set bits as runs. */
  public static Ordinals of(BitSet bits) {
    List<Run> runs = new ArrayList<>();
    for (int from = bits.nextSetBit(0); from >= 0; ) {
      int to = bits.nextClearBit(from);
      runs.add(new Run(from, to - from));
      from = bits.nextSetBit(to);
    }
    return new Ordinals(runs);
  }

  public BitSet bits() {
    BitSet bits = new BitSet();
    for (Run run : runs) {
      bits.set(run.first(), run.first() + run.count());
    }
    return bits;
  }

  /** How many ordinals there are. */
  public int count() {
    int sum = 0;
    for (Run run : runs) {
      sum += run.count();
    }
    return sum;
  }

  public boolean isEmpty() {
    return runs.isEmpty();
  }

  /** The text form; {@link #parts} keeps it within {@link #TEXT_LENGTH_MAX}. */
  public String print() {
    StringBuilder text = new StringBuilder();
    for (Run run : runs) {
      text.append(text.isEmpty() ? "" : ",").append(run.first);
      if (run.count > 1) {
        text.append('-').append(run.first + run.count - 1);
      }
    }
    return text.toString();
  }

  /** These ordinals in as few sets as fit a request each; typically one. */
  public List<Ordinals> parts() {
    int most = TEXT_LENGTH_MAX / RUN_LENGTH_MAX;
    List<Ordinals> parts = new ArrayList<>();
    for (int from = 0; from < runs.size(); from += most) {
      parts.add(new Ordinals(runs.subList(from, Math.min(from + most, runs.size()))));
    }
    return parts;
  }

  /**
   * Reads the text form of at least one ordinal; there is one text for each set.
   *
   * @throws Failure PROTOCOL_VIOLATION
   */
  public static Ordinals parse(String text) throws Failure {
    if (text.isEmpty() || text.length() > TEXT_LENGTH_MAX) {
      throw malformed(text.length() + " characters");
    }
    List<Run> runs = new ArrayList<>();
    int free = 0;
    for (int at = 0; at <= text.length(); ) {
      int comma = text.indexOf(',', at);
      int end = comma < 0 ? text.length() : comma;
      Run run = run(text, at, end);
      if (run.first < free) {
        throw malformed("runs that do not ascend, at character " + at);
      }
      runs.add(run);
      free = run.first + run.count + 1;
      at = end + 1;
    }
    return new Ordinals(runs);
  }

  private static Run run(String text, int from, int to) throws Failure {
    int hyphen = text.indexOf('-', from);
    if (hyphen < 0 || hyphen >= to) {
      return new Run(number(text, from, to), 1);
    }
    int first = number(text, from, hyphen);
    int last = number(text, hyphen + 1, to);
    if (last <= first) {
      throw malformed("an empty run at character " + from);
    }
    return new Run(first, last - first + 1);
  }

  private static int number(String text, int from, int to) throws Failure {
    boolean padded = to - from > 1 && text.charAt(from) == '0';
    if (to <= from || to - from > DIGITS_MAX || padded) {
      throw malformed("no ordinal at character " + from);
    }
    int number = 0;
    for (int i = from; i < to; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        throw malformed("no ordinal at character " + from);
      }
      number = number * 10 + (digit - '0');
    }
    if (number >= ORDINALS_MAX) {
      throw malformed("an ordinal beyond " + (ORDINALS_MAX - 1));
    }
    return number;
  }

  private static Failure malformed(String why) {
    return Violations.violation("reading a list of chunk ordinals", why);
  }
}
