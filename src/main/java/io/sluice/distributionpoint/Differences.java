package io.sluice.distributionpoint;

import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gathers differences, at most so many. One thread at a time. */
final class Differences {
  /** More than this are not told apart: the folder is something else altogether. */
  static final int DIFFERENCES_MAX = 100_000;

  private final List<Difference> found = new ArrayList<>();

  void add(EntryPath path, Difference.Kind kind, String detail) {
    add(new Difference(path, Optional.empty(), kind, detail));
  }

  void add(EntryPath path, Name stream, Difference.Kind kind, String detail) {
    add(new Difference(path, Optional.of(stream), kind, detail));
  }

  void add(Difference difference) {
    if (found.size() < DIFFERENCES_MAX) {
      found.add(difference);
    }
  }

  List<Difference> list() {
    return List.copyOf(found);
  }
}
