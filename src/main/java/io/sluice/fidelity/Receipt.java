package io.sluice.fidelity;

import io.sluice.content.Digest;
import io.sluice.manifest.Manifest;

/**
 * What is kept of a version, or of a version at one place.
 *
 * @param manifest the version's digest
 * @param place which target this is about; empty if it is about the capture
 * @param has what the version has
 * @param remarks on what is not kept as it is: of the source in the version, or of the version at
 *     the place
 */
public record Receipt(Digest manifest, String place, Inventory has, Remarks remarks) {
  /** The receipt of a capture. */
  public static Receipt ofCapture(Manifest manifest, Remarks remarks) {
    return new Receipt(manifest.digest(), "", Inventory.of(manifest), remarks);
  }

  /** The receipt of a version at a place. */
  public static Receipt ofPlace(Manifest manifest, String place, Remarks remarks) {
    return new Receipt(manifest.digest(), place, Inventory.of(manifest), remarks);
  }

  /** One sentence: how much there is and how much of it is not kept as it is. */
  public String sentence() {
    if (remarks.size() == 0) {
      return "Everything is kept.";
    }
    StringBuilder text = new StringBuilder("Kept, but for ");
    String separator = "";
    for (Fate fate : Fate.values()) {
      if (remarks.count(fate) > 0) {
        text.append(separator).append(remarks.count(fate)).append(' ').append(fate.word());
        separator = ", ";
      }
    }
    return text.append('.').toString();
  }
}
