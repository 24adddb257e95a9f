package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a library holds and nobody needs: planned, taken out, put back, deleted. Works beside
 * readers and writing sessions of the same library; one call at a time.
 *
 * <p>A document is needed until it is {@linkplain #forget forgotten}, which takes it out at once.
 *
 * <p>A chunk is needed if a root names it or an open session relies on it. A frame is needed if one
 * of its chunks is and lies nowhere else. A pack without a needed frame is taken out; one with few
 * is rewritten, its needed frames into a new pack as they are, and then taken out. Taken out means
 * moved to the trash, from where {@link #undo} puts it back until {@link #purge} deletes it.
 *
 * <p>Order of durable writes: the new packs, whole and under their names; each of their chunks is
 * read back; then the old packs go to the trash one by one, its folder forced before the packs'. So
 * wherever it stops, every needed chunk is in a sealed pack.
 */
public final class Garbage {
  /** A pack is rewritten if at least this share of its bytes, in percent, is not needed. */
  public static final int REWRITE_PERCENT = 50;

  /** How long packs stay in the trash unless somebody says otherwise. */
  public static final Duration WINDOW = Duration.ofDays(7);

  private final Library library;
  private final Library.Parts parts;
  private final Library.Roots roots;
  private final Trash trash;

  /**
   * Collects in a library.
   *
   * @param roots asked anew by each plan; a failure of theirs ends it before anything was done
   */
  public Garbage(Library library, Library.Roots roots) {
    this.library = library;
    this.parts = library.parts();
    this.roots = roots;
    this.trash = new Trash(parts.files());
  }

  /** What is done with a pack. */
  public enum Action {
    /** Enough of it is needed. */
    KEEP,
    /** Little of it is needed: that is copied, then it is taken out. */
    REWRITE,
    /** Nothing of it is needed. */
    DROP,
    /** It is being written, or its index is damaged: what it holds is not known for sure. */
    LEAVE
  }

  /**
   * What is done with one pack.
   *
   * @param bytes of its file
   * @param neededBytes of the frames that are needed
   */
  public record PackPlan(long pack, Action action, long bytes, long neededBytes) {
    long bytesWon() {
      return switch (action) {
        case DROP -> bytes;
        case REWRITE -> bytes - neededBytes;
        case KEEP, LEAVE -> 0;
      };
    }
  }

  /** What a collection would do, or has done. */
  public record Plan(List<PackPlan> packs) {
    public Plan {
      packs = List.copyOf(packs);
    }

    public List<PackPlan> with(Action action) {
      return packs.stream().filter(pack -> pack.action == action).toList();
    }

    /** Bytes that are free once the trash is emptied; new packs' indexes are not counted. */
    public long bytesWon() {
      return packs.stream().mapToLong(PackPlan::bytesWon).sum();
    }
  }

  /**
   * What {@link #collect} would do now; changes nothing.
   *
   * @throws Failure that of the roots; CONTENT_CORRUPT if a document was found damaged earlier and
   *     is not held again, CONTENT_MISSING if nothing at all is said to be needed and nothing was
   *     forgotten: then it is not known what is; DISK_ERROR
   */
  public Plan plan() throws Failure, InterruptedException {
    return library.alone(
        () -> {
          List<PackPlan> packs = new ArrayList<>();
          survey().forEach(pack -> packs.add(planned(pack)));
          return new Plan(packs);
        });
  }

  /**
   * Takes out what is not needed.
   *
   * @param now by which the trash is dated
   * @return what was done; a pack that somebody came to rely on meanwhile is kept
   * @throws Failure as {@link #plan}, and NO_SPACE; what was not finished is done by the next one
   */
  public Plan collect(Instant now) throws Failure, InterruptedException {
    parts.files().stop().require();
    return library.alone(
        () -> {
          parts.leases().beginCollection();
          try {
            return collectNow(now);
          } finally {
            parts.leases().endCollection();
          }
        });
  }

  private Plan collectNow(Instant now) throws Failure, InterruptedException {
    List<PackPlan> done = new ArrayList<>();
    List<PackSurvey> leaving = new ArrayList<>();
    try (PackIntake copies = library.unheededIntake()) {
      for (PackSurvey pack : survey()) {
        PackPlan plan = planned(pack);
        done.add(plan);
        if (plan.action == Action.REWRITE) {
          copyNeeded(pack, copies);
        }
        if (plan.action == Action.REWRITE || plan.action == Action.DROP) {
          leaving.add(pack);
        }
      }
      copies.commit();
    }
    parts.files().disk().reached("content.garbage-copied");
    Set<Long> gone = moved(takenOutOfIndex(leaving), now);
    done.replaceAll(plan -> stayed(plan, gone));
    return new Plan(done);
  }

  /** Moves to the trash what is held elsewhere; the others are held again, whatever fails. */
  private Set<Long> moved(List<PackSurvey> packs, Instant now) throws Failure {
    Set<Long> gone = new HashSet<>();
    try {
      for (PackSurvey pack : packs) {
        if (isHeldElsewhere(pack)) {
          parts.packs().moveTo(pack.number(), trash.file(PackNames.sealed(pack.number()), now));
          gone.add(pack.number());
        }
      }
    } finally {
      for (PackSurvey pack : packs) {
        if (parts.packs().isSealed(pack.number())) {
          parts.packs().putBack(pack.number(), parts.quarantine());
        }
      }
    }
    return gone;
  }

  private static PackPlan stayed(PackPlan plan, Set<Long> gone) {
    boolean isTold = plan.action == Action.LEAVE || gone.contains(plan.pack);
    return isTold ? plan : new PackPlan(plan.pack, Action.KEEP, plan.bytes, plan.neededBytes);
  }

  /** Who needs what, now; refuses where that is not known. */
  private List<PackSurvey> survey() throws Failure, InterruptedException {
    List<Failure> lost = parts.documents().lost();
    if (!lost.isEmpty()) {
      throw lost.getFirst().about(lost.stream().map(Failure::what).toList());
    }
    Marks marks = new Marks();
    roots.visit(marks);
    if (marks.count() == 0 && parts.index().size() > 0 && trash.documents().isEmpty()) {
      throw Failure.permanent(
          Code.CONTENT_MISSING,
          "looking for garbage in " + parts.files().folder(),
          "no manifest names any content, so nothing tells what is needed",
          "check that the library's documents are there; if really nothing is needed, delete the"
              + " library's folder");
    }
    return PackSurvey.all(parts, chunk -> marks.contains(chunk) || parts.leases().covers(chunk));
  }

  private static PackPlan planned(PackSurvey pack) {
    long stored = 0;
    long needed = 0;
    for (PackSurvey.FrameUse frame : pack.frames()) {
      stored += frame.amount().storedBytes();
      needed += frame.isNeeded() ? frame.amount().storedBytes() : 0;
    }
    return new PackPlan(pack.number(), action(pack, stored, needed), pack.fileBytes(), needed);
  }

  private static Action action(PackSurvey pack, long stored, long needed) {
    if (!pack.isSound()) {
      return Action.LEAVE;
    }
    if (needed == 0) {
      return Action.DROP;
    }
    // A damaged frame whose chunks are held nowhere cannot be copied, and may still be looked at.
    boolean isCopyable =
        pack.frames().stream().noneMatch(frame -> frame.isNeeded() && frame.isQuarantined());
    boolean isWorthIt = (stored - needed) * 100 >= stored * REWRITE_PERCENT;
    return isCopyable && isWorthIt ? Action.REWRITE : Action.KEEP;
  }

  private void copyNeeded(PackSurvey pack, PackIntake copies) throws Failure {
    for (PackSurvey.FrameUse frame : pack.frames()) {
      if (frame.isNeeded()) {
        copies.append(library.verifiedFrame(new ChunkStore.Place(pack.number(), frame.offset())));
      }
    }
  }

  /** Those of which nothing is held any more; the others are relied on by now. */
  private List<PackSurvey> takenOutOfIndex(List<PackSurvey> leaving) {
    List<PackSurvey> taken = new ArrayList<>();
    parts
        .leases()
        .alone(
            () -> {
              Set<Long> numbers = new HashSet<>();
              for (PackSurvey pack : leaving) {
                if (!isReliedOn(pack)) {
                  taken.add(pack);
                  numbers.add(pack.number());
                }
              }
              parts.index().forget(numbers);
            });
    return taken;
  }

  private boolean isReliedOn(PackSurvey pack) {
    for (PackSurvey.FrameUse frame : pack.frames()) {
      long place = FramePlace.of(pack.number(), frame.offset());
      if (!frame.isNeeded()
          && frame.chunks().stream()
              .anyMatch(
                  chunk -> parts.index().find(chunk) == place && parts.leases().covers(chunk))) {
        return true;
      }
    }
    return false;
  }

  /** Reads every needed chunk of a pack at its other place. */
  private boolean isHeldElsewhere(PackSurvey pack) throws Failure {
    byte[] plain = new byte[Frame.Chunk.BYTES_MAX];
    for (PackSurvey.FrameUse frame : pack.frames()) {
      for (Digest chunk : frame.neededChunks()) {
        try {
          library.read(chunk, plain, 0);
        } catch (Failure e) {
          if (e.code() != Code.CONTENT_CORRUPT && e.code() != Code.CONTENT_MISSING) {
            throw e;
          }
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Takes documents out, durable on return: nobody needs what only they name. Damaged ones can be
   * forgotten, too; until then they keep everything from being collected.
   *
   * @param hexPrefixes what their digests begin with, at least 12 digits each
   * @param now by which the trash is dated
   * @return which they are
   * @throws Failure NOT_FOUND, AMBIGUOUS or USAGE before anything is done; DISK_ERROR
   */
  public Set<Digest> forget(List<String> hexPrefixes, Instant now)
      throws Failure, InterruptedException {
    parts.files().stop().require();
    return library.alone(
        () -> {
          Set<Digest> documents = new LinkedHashSet<>();
          for (String prefix : hexPrefixes) {
            documents.add(parts.documents().resolveKnown(prefix));
          }
          for (Digest document : documents) {
            parts.documents().takeOut(document, trash, now);
          }
          return documents;
        });
  }

  /** How much was put back, or deleted. */
  public record Amount(int packs, int documents) {
    public static final Amount NONE = new Amount(0, 0);
  }

  /**
   * Puts back what is in the trash, durable on return; packs first, so that no document comes
   * before what it names.
   */
  public Amount undo() throws Failure, InterruptedException {
    parts.files().stop().require();
    return library.alone(
        () -> {
          List<Trash.Item<Long>> packs = trash.packs();
          for (Trash.Item<Long> item : packs) {
            parts.packs().moveBack(item.what(), item.file());
            parts.packs().putBack(item.what(), parts.quarantine());
          }
          List<Trash.Item<String>> documents = trash.documents();
          for (Trash.Item<String> item : documents) {
            parts.documents().putBack(item);
          }
          return new Amount(packs.size(), documents.size());
        });
  }

  /**
   * Deletes what has been in the trash since before a time; documents first, so that none can be
   * put back without what it names.
   */
  public Amount purge(Instant before) throws Failure, InterruptedException {
    parts.files().stop().require();
    return library.alone(
        () -> {
          int documents = 0;
          for (Trash.Item<String> item : trash.documents()) {
            if (!item.since().isAfter(before)) {
              parts.documents().deleteTakenOut(item);
              documents++;
            }
          }
          Set<Long> packs = new HashSet<>();
          for (Trash.Item<Long> item : trash.packs()) {
            if (!item.since().isAfter(before)) {
              parts.packs().deleteMoved(item.what(), item.file());
              packs.add(item.what());
            }
          }
          parts.quarantine().forget(packs);
          return new Amount(packs.size(), documents);
        });
  }

  /** Bytes in the trash. */
  public long trashBytes() throws Failure {
    return trash.bytes();
  }
}
