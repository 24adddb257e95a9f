package io.sluice.fidelity;

import io.sluice.failure.Printable;

/**
 * That something of an entry is not kept as it is.
 *
 * @param what of the entry: {@code stream NAME}, {@code owner}, {@code sd}, {@code
 *     security.capability} ...; empty for the entry itself
 * @param why in a few words, for people
 */
public record Remark(String what, Fate fate, String why) {
  private static final String POLICY = "the policy leaves it out";

  /** The policy leaves this out. */
  public static Remark dropped(String what) {
    return new Remark(what, Fate.DROPPED, POLICY);
  }

  /** This cannot be kept. */
  public static Remark refused(String what, String why) {
    return new Remark(what, Fate.REFUSED, why);
  }

  /** This is kept in another form. */
  public static Remark mapped(String what, String how) {
    return new Remark(what, Fate.MAPPED, how);
  }

  /** For messages: {@code owner dropped: the policy leaves it out}. */
  @Override
  public String toString() {
    return (what.isEmpty() ? "" : Printable.of(what) + " ") + fate.word() + ": " + why;
  }
}
