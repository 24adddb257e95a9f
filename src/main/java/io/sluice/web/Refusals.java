package io.sluice.web;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;

/** How failures are told over HTTP. */
final class Refusals {
  private Refusals() {}

  /**
   * The status for a failure: what kind of answer it is, for programs that look at nothing else.
   */
  static int status(Failure failure) {
    if (failure.isTemporary()) {
      return 503;
    }
    return switch (failure.code()) {
      case USAGE -> 400;
      case UNAUTHORISED -> 401;
      case NOT_FOUND, CONTENT_MISSING, SITE_UNKNOWN -> 404;
      case ALREADY_EXISTS -> 409;
      case INTERNAL -> 500;
      default -> 422;
    };
  }

  /** A defect of ours, without particulars: those are in the log. */
  static Failure defect(String what) {
    return Failure.permanent(
        Code.INTERNAL,
        what,
        "a defect in Sluice itself",
        "look at the server's log, and report it");
  }
}
