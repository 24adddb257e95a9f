package io.sluice.distribution;

import io.sluice.catalog.Catalog;
import io.sluice.catalog.Changes;
import io.sluice.database.Database;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.status.Facts;
import io.sluice.time.Clock;
import java.util.Optional;

/** The catalog and the facts of a site: what is changed and told in one transaction. */
public final class Ledgers {
  private final Catalog catalog;
  private final Facts facts;
  private final Changes told = new Changes();

  public Ledgers(Catalog catalog, Facts facts) {
    this.catalog = catalog;
    this.facts = facts;
  }

  /**
   * Opens the ledgers in a database; a site with a parent announces itself there.
   *
   * @throws Failure CONFIGURATION_INVALID if the database belongs to another site
   */
  public static Ledgers open(
      Database database, SiteCode code, Optional<SiteCode> parent, Clock clock) throws Failure {
    Catalog catalog = Catalog.open(database, code, parent, clock);
    Facts facts =
        new Facts(new Facts.Origin(code, catalog.identity().epoch(), parent.isEmpty()), clock);
    Ledgers ledgers = new Ledgers(catalog, facts);
    if (parent.isPresent()) {
      ledgers.write(
          handle -> {
            facts.announce(handle, parent.get());
            return true;
          });
    }
    return ledgers;
  }

  public Catalog catalog() {
    return catalog;
  }

  public Facts facts() {
    return facts;
  }

  /** Rises when there may be facts to tell. */
  public Changes factChanges() {
    return told;
  }

  public <T> T read(Database.Work<T> work) throws Failure {
    return catalog.read(work);
  }

  /** Runs a transaction that may append facts, and wakes who tells them. */
  public <T> T write(Database.Work<T> work) throws Failure {
    T answer = catalog.write(work);
    told.wake();
    return answer;
  }
}
