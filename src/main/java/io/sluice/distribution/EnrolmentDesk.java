package io.sluice.distribution;

import io.sluice.catalog.Catalog;
import io.sluice.catalog.SiteRow;
import io.sluice.catalog.Sites;
import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import io.sluice.time.Clock;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.trust.Authority;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Invites sites to become children of this one and takes in those that come with an invitation.
 * Safe from any thread.
 */
public final class EnrolmentDesk {
  /** How many invitations may be open at once. */
  public static final int INVITATIONS_MAX = 10_000;

  /** The longest an invitation may be good for. */
  public static final Duration VALIDITY_MAX = Duration.ofDays(90);

  private static final Logger LOG = LoggerFactory.getLogger(EnrolmentDesk.class);

  private final Ledgers ledgers;
  private final Credentials own;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<SiteCode, String> issued = new ConcurrentHashMap<>();

  /**
   * What this site shows.
   *
   * @param keys trusted here: this site's own and its ancestors', handed on to children
   */
  public record Credentials(Authority authority, Supplier<TrustedKeys> keys) {}

  /**
   * @param random for secrets: a SecureRandom outside simulations
   */
  public EnrolmentDesk(Ledgers ledgers, Credentials own, Clock clock, RandomGenerator random)
      throws Failure {
    this.ledgers = ledgers;
    this.own = own;
    this.clock = clock;
    this.random = random;
    for (SiteRow site : ledgers.read(ledgers.catalog().sites()::list)) {
      site.certificate().ifPresent(certificate -> issued.put(site.code(), certificate));
    }
  }

  /**
   * Invites a site; an earlier invitation of it ends. A child that is enrolled already may be
   * invited again, to replace its certificate.
   *
   * @param address {@code host:port} at which children reach this site
   * @throws Failure SITE_CODE_INVALID if the code is this site's own, an ancestor's or that of a
   *     site elsewhere below; USAGE if the validity or address is out of bounds
   */
  public EnrolmentToken invite(SiteCode site, String address, Duration validity) throws Failure {
    if (validity.isNegative() || validity.isZero() || validity.compareTo(VALIDITY_MAX) > 0) {
      throw refused(
          Code.USAGE,
          site,
          "an invitation is good for at most " + VALIDITY_MAX.toDays() + " days",
          "give a shorter validity");
    }
    Instant now = clock.now();
    EnrolmentToken token = token(site, address, now.plus(validity).truncatedTo(ChronoUnit.SECONDS));
    Digest secret = EnrolmentToken.secretDigest(token.secret());
    ledgers.write(
        handle -> {
          requireFree(handle, site);
          if (ledgers.catalog().sites().openInvitations(handle, now) >= INVITATIONS_MAX) {
            throw refused(
                Code.USAGE,
                site,
                INVITATIONS_MAX + " invitations are open",
                "wait until some were used or have expired");
          }
          ledgers.catalog().sites().invite(handle, site, secret.hex(), token.expires());
          return true;
        });
    LOG.info("invited site {} until {}", site, token.expires());
    return token;
  }

  private EnrolmentToken token(SiteCode site, String address, Instant expires) throws Failure {
    try {
      return new EnrolmentToken(
          site,
          ledgers.catalog().identity().code(),
          address,
          own.authority().fingerprint(),
          EnrolmentToken.newSecret(random),
          expires);
    } catch (IllegalArgumentException e) {
      throw refused(
              Code.USAGE,
              site,
              "\"" + address + "\" is no address: " + e.getMessage(),
              "give this site's address as host:port")
          .because(e);
    }
  }

  private void requireFree(Handle handle, SiteCode site) throws Failure {
    Catalog catalog = ledgers.catalog();
    SiteCode here = catalog.identity().code();
    if (site.equals(here)) {
      throw refused(
          Code.SITE_CODE_INVALID, site, "it is this site itself", "give the child another code");
    }
    if (own.keys().get().sites().contains(site)
        || catalog.identity().parent().equals(Optional.of(site))) {
      throw refused(
          Code.SITE_CODE_INVALID,
          site,
          "it stands above this site, so it would be its own ancestor",
          "give the child another code");
    }
    Optional<SiteRow> known = catalog.sites().find(handle, site);
    if (known.isPresent() && !known.get().parent().equals(here)) {
      throw refused(
          Code.SITE_CODE_INVALID,
          site,
          "it is a child of " + known.get().parent() + " already",
          "give the child another code");
    }
    if (catalog.identity().parent().isPresent()
        && own.keys().get().sites().size() > SiteTree.DEPTH_MAX) {
      throw refused(
          Code.SITE_CODE_INVALID,
          site,
          "a tree of sites has at most " + SiteTree.DEPTH_MAX + " levels",
          "enrol the site higher up");
    }
  }

  private static Failure refused(Code code, SiteCode site, String why, String next) {
    return Failure.permanent(code, "inviting site " + site, why, next);
  }

  /**
   * Takes a child in: once per invitation, all or nothing.
   *
   * @throws Failure TOKEN_INVALID if there is no such invitation, it was used or has expired;
   *     PROTOCOL_VIOLATION if a key of the request is none; SITE_CODE_INVALID
   */
  public EnrolmentAnswer enrol(EnrolmentRequest request) throws Failure {
    byte[] signingKey = request.signingKey().clone();
    requireSigningKey(request.site(), signingKey);
    X509Certificate certificate =
        ledgers.write(
            handle -> {
              requireInvited(handle, request);
              requireFree(handle, request.site());
              X509Certificate fresh =
                  own.authority().issueChild(request.site(), request.pkcs10Pem());
              Sites sites = ledgers.catalog().sites();
              sites.enrolled(
                  handle,
                  request.site(),
                  new Sites.Credentials(Authority.fingerprint(fresh).hex(), signingKey),
                  clock.now());
              sites.invitationUsed(handle, request.site());
              return fresh;
            });
    issued.put(request.site(), Authority.fingerprint(certificate).hex());
    LOG.info("enrolled site {}", request.site());
    return new EnrolmentAnswer(
        Authority.pem(certificate),
        own.authority().certificatePem(),
        ledgers.catalog().identity().code(),
        own.keys().get());
  }

  private static void requireSigningKey(SiteCode site, byte[] signingKey) throws Failure {
    try {
      SigningKey.publicKey(signingKey);
    } catch (IllegalArgumentException e) {
      throw Failure.permanent(
              Code.PROTOCOL_VIOLATION,
              "enrolling site " + site,
              "its signing key is refused: " + e.getMessage(),
              "enrol again with a current Sluice")
          .because(e);
    }
  }

  private void requireInvited(Handle handle, EnrolmentRequest request) throws Failure {
    Optional<Sites.Invitation> invitation =
        ledgers.catalog().sites().invitation(handle, request.site());
    byte[] offered = secretDigest(request.secret());
    byte[] expected =
        invitation
            .map(known -> known.secretSha256().getBytes(StandardCharsets.US_ASCII))
            .orElse(new byte[offered.length]);
    // In the same time wherever the difference is, and whether or not there is an invitation.
    if (!MessageDigest.isEqual(offered, expected) || invitation.isEmpty()) {
      throw invalid(request.site(), "there is no such invitation");
    }
    if (invitation.get().used()) {
      throw invalid(request.site(), "the token was used already");
    }
    if (!clock.now().isBefore(invitation.get().expires())) {
      throw invalid(request.site(), "the token expired at " + invitation.get().expires());
    }
  }

  private static byte[] secretDigest(String secret) {
    String hex;
    try {
      hex = EnrolmentToken.secretDigest(secret).hex();
    } catch (IllegalArgumentException e) {
      // Nothing that was ever handed out: no invitation has this for a digest.
      hex = "x".repeat(2 * Digest.BYTES);
    }
    return hex.getBytes(StandardCharsets.US_ASCII);
  }

  private static Failure invalid(SiteCode site, String why) {
    return Failure.permanent(
        Code.TOKEN_INVALID,
        "enrolling site " + site,
        why,
        "invite the site again at its parent and use the new token");
  }

  /** True if this is the certificate issued to the site last: hexadecimal SHA-256. */
  public boolean issued(SiteCode site, String certificateSha256) {
    String last = issued.getOrDefault(site, "");
    return MessageDigest.isEqual(
        last.getBytes(StandardCharsets.US_ASCII),
        certificateSha256.getBytes(StandardCharsets.US_ASCII));
  }
}
