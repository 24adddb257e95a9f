package io.sluice.transfer;

import io.sluice.site.SiteCode;

/**
 * What a new child asks its parent for, once.
 *
 * @param secret the enrolment token's
 * @param site the child's code
 * @param pkcs10Pem proves possession of the key its certificate is to be for
 * @param signingKey its signing key as SubjectPublicKeyInfo
 */
public record EnrolmentRequest(String secret, SiteCode site, String pkcs10Pem, byte[] signingKey) {
  /** Without the secret: requests get into logs. */
  @Override
  public String toString() {
    return "enrolment request of " + site;
  }
}
