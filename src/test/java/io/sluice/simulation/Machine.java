package io.sluice.simulation;

import io.sluice.content.MemoryDisk;
import io.sluice.database.InMemory;
import io.sluice.failure.Failure;
import io.sluice.trust.Authority;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;

/**
 * What a site keeps in its data folder: disk, database and keys. Outlives the site's processes. No
 * faults but those of {@link MemoryDisk} and {@link InMemory}: what the database has committed
 * stays, an open transaction is undone.
 *
 * @param trusted the signing keys trusted here
 */
record Machine(
    MemoryDisk disk,
    InMemory database,
    SigningKey signing,
    Authority authority,
    TrustedKeys trusted) {

  /** A new machine, with everything on it still to come. */
  static Machine empty(SigningKey signing, Authority authority, TrustedKeys trusted) {
    try {
      return new Machine(new MemoryDisk(), new InMemory(), signing, authority, trusted);
    } catch (Failure e) {
      throw new IllegalStateException("no database in memory", e);
    }
  }
}
