package io.sluice.catalog;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import java.time.Instant;

/**
 * A step that was tried in vain.
 *
 * @param attempt how often, from 1
 * @param notBefore when it is tried again
 * @param error why it failed the last time
 */
public record WorkRow(Key key, int attempt, Instant notBefore, LastError error) {
  /**
   * What is to be done: a version is to be at a destination.
   *
   * @param destination a distribution point's name, or empty: this site's library
   */
  public record Key(PackageId id, int version, String destination) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = id.compareTo(other.id);
      order = order != 0 ? order : Integer.compare(version, other.version);
      return order != 0 ? order : destination.compareTo(other.destination);
    }
  }

  /**
   * The parts of a failure that are kept; {@code code} is a name of {@link io.sluice.failure.Code}.
   */
  public record LastError(boolean temporary, String code, String what, String why, String next) {
    public static LastError of(Failure failure) {
      return new LastError(
          failure.isTemporary(),
          failure.code().name(),
          withItems(failure),
          failure.why(),
          failure.next());
    }

    /** The failure as a person reads it. */
    public String text() {
      Code known = Code.valueOf(code);
      return temporary
          ? Failure.temporary(known, what, why, next).text()
          : Failure.permanent(known, what, why, next).text();
    }

    private static String withItems(Failure failure) {
      return failure.items().isEmpty()
          ? failure.what()
          : failure.what() + ": " + String.join(", ", failure.items());
    }
  }
}
