package io.sluice.web;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;

/** What a peer is told of a failure, and with which HTTP status. */
final class SiteRefusals {
  private SiteRefusals() {}

  /** 401, 403, 404, 409, 400 or 503; 500 for what only this site's operator can mend. */
  static int status(Failure failure) {
    return switch (failure.code()) {
      case UNAUTHORISED -> 401;
      case TOKEN_INVALID -> 403;
      case NOT_FOUND, CONTENT_MISSING, SITE_UNKNOWN -> 404;
      case ALREADY_EXISTS, AMBIGUOUS, SITE_CODE_INVALID -> 409;
      case USAGE, PROTOCOL_VIOLATION -> 400;
      default -> failure.isTemporary() ? 503 : 500;
    };
  }

  /**
   * The failure as the peer may see it. Texts of failures that are about this site's own disk, keys
   * or database name files, so of those only the code's general meaning goes out.
   */
  static Failure told(Failure failure) {
    return switch (failure.code()) {
      case USAGE,
          PROTOCOL_VIOLATION,
          UNAUTHORISED,
          TOKEN_INVALID,
          NOT_FOUND,
          SITE_UNKNOWN,
          ALREADY_EXISTS,
          AMBIGUOUS,
          SITE_CODE_INVALID,
          CHUNK_NOT_HELD ->
          failure;
      default -> general(failure.code(), failure.isTemporary());
    };
  }

  private static Failure general(Code code, boolean temporary) {
    String what = "answering a child site's request";
    String next = "look into the log of the parent site";
    return temporary
        ? Failure.temporary(code, what, code.summary(), next)
        : Failure.permanent(code, what, code.summary(), next);
  }

  static Failure nothingHere(String path) {
    return Failure.permanent(
        Code.NOT_FOUND,
        "answering a request for " + path,
        "there is nothing of this name for this site",
        "check that both sites run compatible versions of Sluice");
  }

  static Failure busy(String which) {
    return Failure.temporary(
        Code.PARENT_REFUSED,
        "answering a child site's request",
        "too many " + which + " at once",
        "nothing to do: it is asked again later");
  }

  static Failure stopping() {
    return Failure.temporary(
        Code.PARENT_REFUSED,
        "answering a child site's request",
        "the site server is stopping",
        "nothing to do: it is asked again later");
  }

  static Failure unauthorised(String why) {
    return Failure.permanent(
        Code.UNAUTHORISED,
        "answering a child site's request",
        why,
        "enrol the site at its parent, anew if it was enrolled before");
  }

  static Failure malformed(String why) {
    return Failure.permanent(
        Code.PROTOCOL_VIOLATION,
        "reading a child site's request",
        why,
        "check that both sites run compatible versions of Sluice");
  }
}
