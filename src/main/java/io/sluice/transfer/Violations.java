package io.sluice.transfer;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;

/** The failures this room's readers have in common. */
final class Violations {
  private Violations() {}

  /** The peer sent what no correct peer sends; asking again gets the same. */
  static Failure violation(String what, String why) {
    return Failure.permanent(
        Code.PROTOCOL_VIOLATION,
        what,
        why,
        "check that both sites run compatible versions of Sluice; nothing wrong was stored");
  }

  /** The connection ended or broke; asking again continues. */
  static Failure interrupted(String what, String why) {
    return Failure.temporary(
        Code.TRANSFER_INTERRUPTED,
        what,
        why,
        "nothing to do: what arrived is kept and the rest is asked for again");
  }
}
