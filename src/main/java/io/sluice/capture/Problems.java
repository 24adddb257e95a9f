package io.sluice.capture;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Everything found wrong with a source, so that it is told at once and not piece by piece. */
final class Problems {
  /** Beyond this many problems of a kind only their number is kept. */
  private static final int KEPT_MAX = Failure.ITEMS_MAX;

  private final Path source;
  private final Map<Code, Kind> found = new EnumMap<>(Code.class);
  private final Map<Code, Failure> first = new EnumMap<>(Code.class);

  /** All problems of one code. */
  private static final class Kind {
    final List<String> first = new ArrayList<>();
    long all;
  }

  Problems(Path source) {
    this.source = source;
  }

  /** Remembers a failure about one entry (or a stream of it). */
  void add(String where, Failure failure) {
    first.putIfAbsent(failure.code(), failure);
    List<String> concerned = failure.items().isEmpty() ? List.of(where) : failure.items();
    for (String one : concerned) {
      add(failure.code(), below(one) + ": " + failure.why());
    }
  }

  /** The platform names entries by their whole paths. */
  private String below(String shown) {
    String head = source + "/";
    return shown.startsWith(head) ? shown.substring(head.length()) : shown;
  }

  void addChanged(String where, String how) {
    add(Code.SOURCE_CHANGED, where + ": " + how);
  }

  boolean areNone() {
    return found.isEmpty();
  }

  /** True if something was found that trying again does not mend. */
  boolean arePermanent() {
    return found.keySet().stream().anyMatch(code -> code != Code.SOURCE_CHANGED);
  }

  boolean isChanged() {
    return found.containsKey(Code.SOURCE_CHANGED);
  }

  /** The one failure for all that was found: what cannot be read first, what changed last. */
  Failure failure() {
    List<String> items = new ArrayList<>();
    long all = 0;
    for (Map.Entry<Code, Kind> each : found.entrySet()) {
      if (each.getKey() != Code.SOURCE_CHANGED) {
        items.addAll(each.getValue().first);
        all += each.getValue().all;
      }
    }
    String what = "capturing " + source;
    if (items.isEmpty()) {
      Kind changed = found.getOrDefault(Code.SOURCE_CHANGED, new Kind());
      return Failure.temporary(
              Code.SOURCE_CHANGED,
              what,
              "entries changed again and again while they were read",
              "let whatever changes the folder finish, or capture a snapshot of it")
          .about(changed.first, changed.all);
    }
    // Codes are in the order of their numbers: unreadable entries come before unreadable streams.
    Code code = found.keySet().iterator().next();
    Failure cause = first.getOrDefault(code, Failure.permanent(code, what, code.summary(), ""));
    String why = code == Code.SOURCE_UNREADABLE ? code.summary() : cause.why();
    return Failure.permanent(code, what, why, cause.next()).about(items, all).because(cause);
  }

  private void add(Code code, String item) {
    Kind kind = found.computeIfAbsent(code, any -> new Kind());
    kind.all++;
    if (kind.first.size() < KEPT_MAX) {
      kind.first.add(item);
    }
  }
}
