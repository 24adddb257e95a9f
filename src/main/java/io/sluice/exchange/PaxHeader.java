package io.sluice.exchange;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The records of an extended header, read. Keys are told byte for char, so that any byte can be in
 * them; of a key that comes twice the last one counts.
 */
final class PaxHeader {
  /**
   * One record.
   *
   * @param at where its value lies in the archive's file
   */
  record Value(String key, byte[] bytes, long at) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** The most records of one header. */
  static final int RECORDS_MAX = 100_000;

  private static final String SPARSE_OFFSET = "GNU.sparse.offset";
  private static final String SPARSE_BYTES = "GNU.sparse.numbytes";
  private static final int LENGTH_DIGITS_MAX = 9;

  private final Map<String, Value> values = new LinkedHashMap<>();
  private final List<Value> sparse = new ArrayList<>();

  /** Nothing said. */
  PaxHeader() {}

  /** What holds for all entries, and on top of it nothing yet. */
  PaxHeader(PaxHeader global) {
    values.putAll(global.values);
  }

  /** Adds the records of a header whose bytes lie at {@code at}. */
  void add(byte[] bytes, long at) throws Wrong {
    int from = 0;
    while (from < bytes.length) {
      int space = from;
      while (space < bytes.length && space - from <= LENGTH_DIGITS_MAX && isDigit(bytes[space])) {
        space++;
      }
      if (space == from || space == bytes.length || bytes[space] != ' ') {
        throw new Wrong("an extended header's record has no length");
      }
      String digits = new String(bytes, from, space - from, StandardCharsets.US_ASCII);
      long end = from + Long.parseLong(digits);
      if (end > bytes.length || end <= space + 2 || bytes[(int) end - 1] != '\n') {
        throw new Wrong("an extended header's record does not end where it says");
      }
      record(bytes, space + 1, (int) end - 1, at);
      from = (int) end;
    }
  }

  private void record(byte[] bytes, int from, int end, long at) throws Wrong {
    int equals = from;
    while (equals < end && bytes[equals] != '=') {
      equals++;
    }
    if (equals == end || equals == from) {
      throw new Wrong("an extended header's record has no key");
    }
    if (values.size() + sparse.size() >= RECORDS_MAX) {
      throw new Wrong("an extended header of more than " + RECORDS_MAX + " records");
    }
    String key = new String(bytes, from, equals - from, StandardCharsets.ISO_8859_1);
    byte[] value = Arrays.copyOfRange(bytes, equals + 1, end);
    Value read = new Value(key, value, at + equals + 1);
    if (key.equals(SPARSE_OFFSET) || key.equals(SPARSE_BYTES)) {
      sparse.add(read);
    } else {
      values.put(key, read);
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  Optional<byte[]> bytes(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::bytes);
  }

  Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::text);
  }

  /** A whole number of at least 0. */
  Optional<Long> number(String key) throws Wrong {
    Optional<String> text = text(key);
    return text.isEmpty() ? Optional.empty() : Optional.of(TarFormat.number(text.get(), key));
  }

  Collection<Value> all() {
    return values.values();
  }

  /** The runs of GNU's sparse format 0.0: offset, length, offset ... */
  List<Value> sparseRuns() {
    return sparse;
  }
}
