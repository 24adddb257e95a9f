package io.sluice.manifest;

import io.sluice.failure.Code;

/**
 * Why one line or entry does not belong in a manifest. Never leaves this room: the reader adds the
 * line's number and makes a failure of it.
 */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final Code code;
  private final String reason;

  private Refusal(Code code, String reason) {
    super(reason, null, false, false);
    this.code = code;
    this.reason = reason;
  }

  static Refusal corrupt(String reason) {
    return new Refusal(Code.MANIFEST_CORRUPT, reason);
  }

  static Refusal tooNew(String reason) {
    return new Refusal(Code.MANIFEST_TOO_NEW, reason);
  }

  static Refusal tooLarge(String reason) {
    return new Refusal(Code.MANIFEST_TOO_LARGE, reason);
  }

  Code code() {
    return code;
  }

  String reason() {
    return reason;
  }
}
