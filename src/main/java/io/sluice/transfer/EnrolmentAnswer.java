package io.sluice.transfer;

import io.sluice.site.SiteCode;
import io.sluice.trust.TrustedKeys;

/**
 * What a parent gives a child it has accepted.
 *
 * @param certificatePem the child's certificate
 * @param authorityPem the parent's authority
 * @param parent the parent's code
 * @param keys the signing keys of the parent and its ancestors
 */
public record EnrolmentAnswer(
    String certificatePem, String authorityPem, SiteCode parent, TrustedKeys keys) {}
