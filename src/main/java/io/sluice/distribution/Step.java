package io.sluice.distribution;

import io.sluice.catalog.WorkRow;
import io.sluice.manifest.PackageId;

/** Something to be done: a version is to be at a destination of this site. */
public sealed interface Step {
  PackageId id();

  int version();

  /** A distribution point's name, or empty for the library. */
  String destination();

  /** What identifies the step. */
  default WorkRow.Key key() {
    return new WorkRow.Key(id(), version(), destination());
  }

  /** Bring a version's content from the parent into the library. */
  record Fetch(PackageId id, int version) implements Step {
    @Override
    public String destination() {
      return "";
    }
  }

  /** Put a version on a distribution point. */
  record Place(PackageId id, int version, String place) implements Step {
    @Override
    public String destination() {
      return place;
    }
  }
}
