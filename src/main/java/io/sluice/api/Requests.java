package io.sluice.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an administrator asks of a site server. */
public final class Requests {
  private Requests() {}

  /**
   * {@code POST /v0/packages}.
   *
   * @param keep which attributes beside the usual ones are kept, as words; none if it is missing
   */
  public record NewPackage(String name, String source, @Nullable String keep) {}

  /**
   * {@code POST /v0/packages/ID/keep}: what its captures keep from now on.
   *
   * @param keep as in {@link NewPackage}
   */
  public record NewKeep(String keep) {}

  /**
   * {@code POST /v0/packages/ID/versions}: capture the source now.
   *
   * @param readEverything read all content even where nothing seems changed
   */
  public record NewVersion(boolean readEverything) {}

  /**
   * {@code POST /v0/packages/ID/assignments}.
   *
   * @param sites site codes; empty means every site, those that join later too
   */
  public record NewAssignment(List<String> sites) {}

  /**
   * {@code POST /v0/library/collections}: take out of the library what nobody needs.
   *
   * @param plan only say what would be done
   * @param undo put back what is in the trash instead
   * @param windowHours how long packs stay in the trash
   */
  public record NewCollection(boolean plan, boolean undo, long windowHours) {}

  /** {@code POST /v0/packages/ID/retries}: try again now what failed at this site. */
  public record NewRetry() {}

  /**
   * {@code POST /v0/places}: a distribution point of this site.
   *
   * @param streams {@code refuse} or {@code sidecar}
   */
  public record NewPlace(String name, String folder, String streams) {}

  /**
   * {@code POST /v0/invitations}.
   *
   * @param address host:port by which the child reaches this site; empty for what the site knows
   */
  public record NewInvitation(String site, long validSeconds, String address) {}
}
