package io.sluice.exchange;

/** Why an archive cannot be read on from here. Never leaves this room. */
final class Wrong extends Exception {
  private static final long serialVersionUID = 1L;

  Wrong(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
