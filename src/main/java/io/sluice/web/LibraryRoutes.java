package io.sluice.web;

import io.sluice.api.Requests;
import io.sluice.api.Views;
import io.sluice.content.Garbage;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.LibraryManifests;
import io.sluice.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What the administration port answers about the site's content library. */
public final class LibraryRoutes {
  private final Garbage garbage;
  private final Clock clock;

  private LibraryRoutes(Library library, Clock clock) {
    this.garbage = new Garbage(library, new LibraryManifests(library));
    this.clock = clock;
  }

  /** All routes. */
  public static List<Route> of(Library library, Clock clock) {
    LibraryRoutes routes = new LibraryRoutes(library, clock);
    return List.of(
        new Route(
            "POST",
            "/v0/library/collections",
            (words, body) -> routes.collect(body.as(Requests.NewCollection.class))));
  }

  /** Beside captures, transfers and readers: they lease what they rely on. */
  private Views.CollectionView collect(Requests.NewCollection wish)
      throws Failure, InterruptedException {
    if (wish.undo()) {
      return view(new Garbage.Plan(List.of()), 0, garbage.undo().packs());
    }
    if (wish.plan()) {
      return view(garbage.plan(), 0, 0);
    }
    Instant now = clock.now();
    Garbage.Plan done = garbage.collect(now);
    Garbage.Amount deleted = garbage.purge(now.minus(Duration.ofHours(wish.windowHours())));
    return view(done, deleted.packs(), 0);
  }

  private Views.CollectionView view(Garbage.Plan plan, int deleted, int putBack) throws Failure {
    return new Views.CollectionView(
        plan.with(Garbage.Action.DROP).size(),
        plan.with(Garbage.Action.REWRITE).size(),
        plan.bytesWon(),
        deleted,
        putBack,
        garbage.trashBytes());
  }
}
