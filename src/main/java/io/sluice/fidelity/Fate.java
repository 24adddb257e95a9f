package io.sluice.fidelity;

/** What becomes of something that is not kept as it is. */
public enum Fate {
  /** Kept in another form that means the same. */
  MAPPED("mapped"),
  /** Left out because the package's policy does not ask for it. */
  DROPPED("dropped"),
  /** Left out because it cannot be kept, whatever the policy. */
  REFUSED("refused");

  private final String word;

  Fate(String word) {
    this.word = word;
  }

  /** The word receipts use. */
  public String word() {
    return word;
  }
}
