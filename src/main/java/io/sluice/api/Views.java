package io.sluice.api;

import java.util.List;

/** What a site server answers an administrator. */
public final class Views {
  private Views() {}

  /** {@code GET /v0/site}. */
  public record SiteView(String site, String parent, String siteAddress, String release) {}

  /** One package. {@code version} is 0 before the first capture. */
  public record PackageView(
      String id, String name, String source, int version, String manifest, List<String> sites) {}

  /** {@code GET /v0/packages/ID/keep}: the words of what its captures keep beside the usual. */
  public record KeepView(String id, String keep) {}

  /** {@code GET /v0/packages}. */
  public record PackageList(List<PackageView> packages) {}

  /**
   * {@code GET /v0/packages/ID/versions/N}.
   *
   * @param manifest its digest
   * @param held true if its content is at this site
   */
  public record VersionName(String id, int version, String manifest, boolean held) {}

  /**
   * The answer to a capture.
   *
   * @param changed false if the source is what the last version holds; no version was made
   * @param notCaptured what was seen and not kept, a line each
   */
  public record VersionView(
      String id, int version, boolean changed, CaptureView capture, List<String> notCaptured) {}

  /** What a capture read and stored. */
  public record CaptureView(
      String digest,
      long entries,
      long streams,
      long bytesRead,
      long bytesStored,
      double seconds) {}

  /**
   * What a collection did, or would do.
   *
   * @param packsTakenOut nothing of them is needed
   * @param packsRewritten what little is needed of them is copied
   * @param packsDeleted from the trash
   */
  public record CollectionView(
      int packsTakenOut,
      int packsRewritten,
      long bytesWon,
      int packsDeleted,
      int packsPutBack,
      long trashBytes) {}

  /** The sites a package was assigned to by this request. */
  public record AssignmentView(String id, List<String> sites) {}

  /** One distribution point. */
  public record PlaceView(String name, String folder, String streams) {}

  /** An enrolment token, to be given to {@code sluice site init --join}. */
  public record InvitationView(String site, String token, String expires) {}

  /** {@code GET /v0/status}. */
  public record StatusView(
      String site,
      ParentState parent,
      List<SiteState> sites,
      List<DeliveryState> deliveries,
      List<Activity> activities) {}

  /**
   * How asking the parent goes.
   *
   * @param site empty at the top, then so is the rest
   * @param state {@code answers}, {@code not asked yet} or {@code no answer}
   * @param since when asking began to fail; empty while it does not
   * @param detail why it fails and what to do
   */
  public record ParentState(String site, String state, String since, String detail) {}

  /** A site of this hierarchy as seen from here. {@code lastHeard} is empty for the site itself. */
  public record SiteState(String site, String parent, String lastHeard, long bytesSent) {}

  /**
   * A version at a place.
   *
   * @param target what where; its place is a distribution point, or {@code library}
   * @param state {@code placed}, {@code held}, {@code waiting} or {@code failed}
   * @param detail cause and remedy of a failure, else what is waited for
   * @param nativeStreams streams the place's file system holds
   * @param sidecarStreams streams beside the version
   * @param attempts of a failure of this very site; no attempts of others are known
   */
  public record DeliveryState(
      Target target,
      String state,
      String detail,
      long nativeStreams,
      long sidecarStreams,
      Attempts attempts) {}

  /** How often it was tried, and when it is tried again; 0 and empty if that is not known here. */
  public record Attempts(int made, String next) {}

  /**
   * The answer to a wish to try again.
   *
   * @param steps how many failed steps of this site are tried again now
   */
  public record RetryView(String id, int steps) {}

  /** Which version where. */
  public record Target(String id, String name, int version, String site, String place) {}

  /** A transfer under way. */
  public record Activity(String what, long done, long whole, long bytes) {}

  /** A refusal, as {@link io.sluice.failure.Failure} carries it. */
  public record Refusal(
      String code, String what, String why, String next, boolean temporary, List<String> items) {}
}
