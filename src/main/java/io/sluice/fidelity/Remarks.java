package io.sluice.fidelity;

import io.sluice.manifest.EntryPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The remarks on a version, in the order of its entries.
 *
 * @param counts how many there are of each fate, all of them; none of a fate that is missing
 * @param lines the first of them, at most {@link #LINES_MAX}
 */
public record Remarks(Map<Fate, Long> counts, List<Line> lines) {
  /** The most remarks that are listed; beyond, they are only counted. */
  public static final int LINES_MAX = 10_000;

  /** The most elements of paths in all lines together: deep trees get fewer lines. */
  static final int ELEMENTS_MAX = 200_000;

  /** Everything is kept as it is. */
  public static final Remarks NONE = new Remarks(Map.of(), List.of());

  /** A remark on an entry. */
  public record Line(EntryPath path, Remark remark) {
    /** For messages: {@code bin/tool: owner dropped: the policy leaves it out}. */
    @Override
    public String toString() {
      return path + ": " + remark;
    }
  }

  public Remarks {
    Map<Fate, Long> some = new EnumMap<>(Fate.class);
    counts.forEach((fate, count) -> some.put(fate, count));
    some.values().removeIf(count -> count == 0);
    counts = Collections.unmodifiableMap(some);
    lines = List.copyOf(lines);
  }

  /** How many things have this fate. */
  public long count(Fate fate) {
    return counts.getOrDefault(fate, 0L);
  }

  /** How many remarks there are, listed or not. */
  public long size() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** How many are counted only. */
  public long notListed() {
    return size() - lines.size();
  }

  /** A line each, and a last one that says how many more there are. */
  public List<String> text() {
    List<String> text = new ArrayList<>(lines.size() + 1);
    for (Line line : lines) {
      text.add(line.toString());
    }
    if (notListed() > 0) {
      text.add("... and " + notListed() + " more");
    }
    return text;
  }

  /** Collects remarks while entries are walked through. For one thread. */
  public static final class Collector {
    private final Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    private final List<Line> lines = new ArrayList<>();
    private long elements;

    public void add(EntryPath path, Remark remark) {
      counts.merge(remark.fate(), 1L, Long::sum);
      if (lines.size() < LINES_MAX && elements + path.depth() <= ELEMENTS_MAX) {
        elements += path.depth();
        lines.add(new Line(path, remark));
      }
    }

    /** What was collected so far. */
    public Remarks remarks() {
      return new Remarks(counts, lines);
    }
  }
}
