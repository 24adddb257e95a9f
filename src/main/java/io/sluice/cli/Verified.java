package io.sluice.cli;

import io.sluice.failure.Code;
import io.sluice.manifest.Manifest;
import java.util.List;

/**
 * A version that was compared with its content in the library, or with a folder.
 *
 * @param where the folder, or empty for the library
 * @param differences a line each; none if it is identical
 */
record Verified(Manifest manifest, String where, List<String> differences) {
  Verified {
    differences = List.copyOf(differences);
  }

  boolean isIdentical() {
    return differences.isEmpty();
  }

  /** What it means if it is not. */
  Code code() {
    return where.isEmpty() ? Code.CONTENT_CORRUPT : Code.DIFFERS;
  }

  String title() {
    return where.isEmpty() ? manifest.digest().toString() : where + " against " + manifest.digest();
  }

  String sentence() {
    return "identical: "
        + Quantity.count(manifest.entries().size(), "entry")
        + ", "
        + Quantity.bytes(manifest.contentBytes())
        + (where.isEmpty() ? " in the library" : " in " + where)
        + "\n  version "
        + manifest.digest();
  }
}
