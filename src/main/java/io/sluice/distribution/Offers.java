package io.sluice.distribution;

import io.sluice.catalog.Assignments;
import io.sluice.catalog.Catalog;
import io.sluice.catalog.VersionRow;
import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import io.sluice.transfer.AssignmentList;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * What this site offers its children: of every assigned package the newest version whose content is
 * here. Read once a change, whoever asks.
 */
final class Offers {
  /** Half of a SHA-256: names a list. */
  private static final int TAG_DIGITS = 32;

  private final Catalog catalog;
  private volatile Known last = new Known(-1, List.of(), Map.of());

  Offers(Catalog catalog) {
    this.catalog = catalog;
  }

  private record Known(
      long number, List<VersionRow> held, Map<PackageId, Assignments.Audience> audiences) {}

  /** The list for a child and the sites below it. */
  AssignmentList to(SiteCode child) throws Failure {
    return catalog.read(handle -> list(known(handle), catalog.sites().tree(handle, child)));
  }

  private Known known(Handle handle) {
    long number = catalog.assignmentNumber(handle);
    Known before = last;
    if (before.number == number) {
      return before;
    }
    Known fresh =
        new Known(
            number,
            catalog.packages().newestHeldOfAll(handle),
            catalog.assignments().audiences(handle));
    last = fresh;
    return fresh;
  }

  private static AssignmentList list(Known known, SiteTree below) {
    MessageDigest tag = Digest.sha256();
    List<AssignmentList.Assignment> assignments = new ArrayList<>();
    Set<SiteCode> all = below.sites();
    for (VersionRow version : known.held) {
      Assignments.Audience audience = known.audiences.get(version.id());
      Set<SiteCode> sites = audience == null ? Set.of() : within(audience, all);
      if (!sites.isEmpty()) {
        assignments.add(new AssignmentList.Assignment(version.signed(), sites));
        tag.update(Digest.of(version.signed()).bytes());
        for (SiteCode site : new TreeSet<>(sites)) {
          tag.update(site.text().getBytes(StandardCharsets.US_ASCII));
          tag.update((byte) ' ');
        }
        tag.update((byte) '\n');
      }
    }
    String hex = Digest.read(tag.digest(), 0).hex();
    return new AssignmentList(hex.substring(0, TAG_DIGITS), true, assignments);
  }

  static Set<SiteCode> within(Assignments.Audience audience, Set<SiteCode> sites) {
    if (audience.all()) {
      return sites;
    }
    Set<SiteCode> within = new HashSet<>(audience.sites());
    within.retainAll(sites);
    return within;
  }
}
