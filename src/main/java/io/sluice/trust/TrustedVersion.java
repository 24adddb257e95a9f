package io.sluice.trust;

/**
 * A version record whose signature was verified against a key trusted here, with the exact signed
 * bytes it came in, to be kept and handed on unchanged. Made only by {@link Signatures}.
 */
public final class TrustedVersion {
  private final VersionRecord record;
  private final byte[] signed;

  TrustedVersion(VersionRecord record, byte[] signed) {
    this.record = record;
    this.signed = signed.clone();
  }

  public VersionRecord record() {
    return record;
  }

  /** The signed envelope as received. */
  public byte[] signed() {
    return signed.clone();
  }
}
