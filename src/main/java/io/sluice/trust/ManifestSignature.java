package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import tools.jackson.databind.node.ObjectNode;

/**
 * A signature over a manifest's digest alone, for a capture without a server: it says who captured
 * this content, and binds it to no package (docs/formats/version-record.md).
 */
public final class ManifestSignature {
  /** The purpose of such a signature. */
  public static final String TYPE = "sluice-manifest-v0";

  private ManifestSignature() {}

  /** The signed envelope for a manifest. */
  public static byte[] sign(Digest manifest, Signer signer) throws Failure {
    ObjectNode payload = StrictJson.newObject();
    payload.put("sluice", "manifest-signature").put("v", 0).put("manifest", manifest.hex());
    return Signatures.seal(TYPE, StrictJson.print(payload), signer);
  }
}
