package io.sluice.trust;

import io.sluice.failure.Failure;

/**
 * Makes signatures with a site's key, wherever the key is kept. Safe from any thread; deterministic
 * for Ed25519.
 */
public interface Signer {
  /** Which key: the lower-case hexadecimal SHA-256 of the public key's X.509 encoding. */
  String keyId();

  /** The algorithm's standard name, {@code Ed25519}. */
  String algorithm();

  /** Signs these bytes. */
  byte[] sign(byte[] message) throws Failure;
}
