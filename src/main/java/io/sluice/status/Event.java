package io.sluice.status;

import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;

/** What a fact says. The origin of the fact is the site it happened at. */
public sealed interface Event {
  /** The word for it in a fact's line. */
  String kind();

  /** The origin is a child of this site. */
  record Joined(SiteCode parent) implements Event {
    public static final String KIND = "site";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /** All content of a version is in the origin's library. */
  record Held(PackageId id, int version) implements Event {
    public static final String KIND = "held";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /** The origin has a distribution point. */
  record HasPlace(String place, String folder) implements Event {
    public static final String KIND = "place";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /** A distribution point shows a version; what it shows was read back. */
  record Placed(PackageId id, int version, String place, Streams streams) implements Event {
    public static final String KIND = "placed";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /** How many named streams lie beside their files and how many in the sidecar. */
  record Streams(long asStreams, long inSidecar) {}

  /**
   * A version could not be fetched or placed; it is tried again.
   *
   * @param place empty if it could not be fetched
   */
  record Failed(PackageId id, int version, String place, Cause cause) implements Event {
    public static final String KIND = "failed";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /** A stable code, printed form, and the text for people. */
  record Cause(String code, String text) {}

  /**
   * What the parent assigned could not be believed and was left out.
   *
   * @param record hexadecimal SHA-256 of the refused bytes
   */
  record Refused(String record, Cause cause) implements Event {
    public static final String KIND = "refused";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /** Of a later version of the product: kept and handed on. */
  record Unknown(String kind) implements Event {}
}
