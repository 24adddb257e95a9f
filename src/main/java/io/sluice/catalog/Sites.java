package io.sluice.catalog;

import io.sluice.database.Row;
import io.sluice.database.Rows;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The sites below this one, and the invitations to become a child of it. */
public final class Sites {
  private static final String COLUMNS = "SELECT code, parent, certificate FROM site";

  private final SiteCode here;

  Sites(SiteCode here) {
    this.here = here;
  }

  public Optional<SiteRow> find(Handle handle, SiteCode code) {
    return Rows.first(
        handle.createQuery(COLUMNS + " WHERE code = ?").bind(0, code.text()), Sites::siteRow);
  }

  /** All sites below this one, in order of code. */
  public List<SiteRow> list(Handle handle) {
    return Rows.list(handle.createQuery(COLUMNS + " ORDER BY code"), Sites::siteRow);
  }

  /** True if the code is this site's or one below it. */
  public boolean isKnown(Handle handle, SiteCode code) {
    return code.equals(here) || find(handle, code).isPresent();
  }

  /** A site (this one or one below) and all known sites below it. */
  public SiteTree tree(Handle handle, SiteCode root) {
    Map<SiteCode, SiteCode> parents = new HashMap<>();
    Rows.list(
            handle
                .createQuery(
                    "WITH RECURSIVE below (code, parent, depth) AS ("
                        + " SELECT code, parent, 1 FROM site WHERE parent = :root"
                        + " UNION ALL"
                        + " SELECT site.code, site.parent, below.depth + 1 FROM site"
                        + " JOIN below ON site.parent = below.code WHERE below.depth < :most)"
                        + " SELECT code, parent, NULL AS certificate FROM below")
                .bind("root", root.text())
                .bind("most", SiteTree.DEPTH_MAX),
            Sites::siteRow)
        .forEach(site -> parents.put(site.code(), site.parent()));
    return SiteTree.of(root, parents);
  }

  /** Writes down a site that joined somewhere below; the caller has checked that it may. */
  public void joined(Handle handle, SiteCode code, SiteCode parent) {
    int rows =
        handle.execute(
            "INSERT INTO site (code, parent) VALUES (?, ?) ON CONFLICT DO NOTHING",
            code.text(),
            parent.text());
    if (rows > 0) {
      Catalog.Numbers.assignmentsChanged(handle);
    }
  }

  /** Writes down a child of this site with the certificate it was issued, in place of its last. */
  public void enrolled(Handle handle, SiteCode child, Credentials credentials, Instant now) {
    handle.execute(
        "INSERT INTO site (code, parent, certificate, signing_key, enrolled)"
            + " VALUES (?, ?, ?, ?, ?)"
            + " ON CONFLICT (code) DO UPDATE SET certificate = EXCLUDED.certificate,"
            + " signing_key = EXCLUDED.signing_key, enrolled = EXCLUDED.enrolled",
        child.text(),
        here.text(),
        credentials.certificate(),
        credentials.signingKey(),
        now.toEpochMilli());
    Catalog.Numbers.assignmentsChanged(handle);
  }

  /**
   * How an enrolled child is known.
   *
   * @param certificate hexadecimal SHA-256
   * @param signingKey X.509 SubjectPublicKeyInfo
   */
  public record Credentials(String certificate, byte[] signingKey) {}

  /** Remembers an invitation by the SHA-256 of its secret; earlier ones of the site end. */
  public void invite(Handle handle, SiteCode child, String secretSha256, Instant expires) {
    handle.execute("DELETE FROM enrolment WHERE site = ?", child.text());
    handle.execute(
        "INSERT INTO enrolment (secret, site, expires, used) VALUES (?, ?, ?, ?)",
        secretSha256,
        child.text(),
        expires.toEpochMilli(),
        false);
  }

  /** The last invitation of a site. */
  public Optional<Invitation> invitation(Handle handle, SiteCode child) {
    return Rows.first(
        handle
            .createQuery("SELECT secret, expires, used FROM enrolment WHERE site = ?")
            .bind(0, child.text()),
        row ->
            new Invitation(
                row.text("secret"), Instant.ofEpochMilli(row.number("expires")), row.flag("used")));
  }

  /** How many invitations are open at a moment. */
  public long openInvitations(Handle handle, Instant now) {
    return Rows.one(
        handle
            .createQuery("SELECT COUNT(*) AS n FROM enrolment WHERE NOT used AND expires > ?")
            .bind(0, now.toEpochMilli()),
        row -> row.number("n"));
  }

  /** Marks an invitation used, so that it is good for nothing any more. */
  public void invitationUsed(Handle handle, SiteCode child) {
    handle.execute("UPDATE enrolment SET used = ? WHERE site = ?", true, child.text());
  }

  /**
   * An invitation: the hexadecimal SHA-256 of its secret, until when it is good, whether it was
   * used.
   */
  public record Invitation(String secretSha256, Instant expires, boolean used) {}

  private static SiteRow siteRow(Row row) {
    return new SiteRow(
        new SiteCode(row.text("code")),
        new SiteCode(row.text("parent")),
        row.textIfAny("certificate"));
  }
}
