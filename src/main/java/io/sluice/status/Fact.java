package io.sluice.status;

import java.time.Instant;

/**
 * Something that happened.
 *
 * @param at by the origin's wall clock, for people
 */
public record Fact(Stamp stamp, Instant at, Event event) {
  /** What a fact is about: facts about the same thing at the same site replace each other. */
  record Subject(String family, String packageId, int version, String place, boolean success) {
    /** The family of facts about versions at a destination. */
    static final String VERSION = "version";

    static Subject of(Event event) {
      return switch (event) {
        case Event.Held held ->
            new Subject(VERSION, held.id().toString(), held.version(), "", true);
        case Event.Placed placed ->
            new Subject(VERSION, placed.id().toString(), placed.version(), placed.place(), true);
        case Event.Failed failed ->
            new Subject(VERSION, failed.id().toString(), failed.version(), failed.place(), false);
        case Event.Joined joined -> new Subject(joined.kind(), "", 0, "", true);
        case Event.HasPlace has -> new Subject(has.kind(), "", 0, has.place(), true);
        case Event.Refused refused -> new Subject(refused.kind(), "", 0, "", false);
        // Not the kind itself, which could be the name of a family.
        case Event.Unknown ignored -> new Subject("unknown", "", 0, "", false);
      };
    }

    /** True if later ones do not replace earlier ones: only so many of them are kept. */
    boolean isListed() {
      return family.equals(Event.Refused.KIND) || family.equals("unknown");
    }
  }
}
