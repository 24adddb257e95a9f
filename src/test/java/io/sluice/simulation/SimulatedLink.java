package io.sluice.simulation;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.Segment;
import io.sluice.transfer.SegmentReader;
import io.sluice.transfer.SegmentWriter;
import io.sluice.transfer.SiteLink;
import io.sluice.transfer.SiteMessages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The way from a child to its parent, as one life of the child's process has it. Calls go to the
 * desk of the parent's own rooms; what they carry becomes bytes and back, as on a wire.
 *
 * <p>Faults: the line can be down for a while; a request can be lost, or arrive twice; an answer
 * can be late, lost or cut at any byte; a segment can be sent with a wrong byte; a list of
 * assignments can hold forged and outdated records as well; the parent can be stopped, or die while
 * it answers; the child can die before, during and after. While a call waits, anything else can
 * happen. Requests of one call are not reordered, nor does an answer arrive after the call has
 * failed.
 */
final class SimulatedLink implements SiteLink {
  private static final int REFUSED = 403;
  private static final int TRY_AGAIN = 503;

  private final Life life;
  private final Line line;
  private final Ends ends;
  private final Timeline timeline;
  private final Weather weather;

  /** What connects two sites; outlives the processes at its ends. */
  static final class Line {
    private boolean down;

    void down(boolean isDown) {
      down = isDown;
    }
  }

  /** The other end. */
  interface Parent {
    String code();

    /** The desk for this child, if the parent's process lives. */
    Optional<SiteLink> desk();

    /** Says that the parent's process died answering. */
    void died();
  }

  /** Makes assignments nobody may believe, out of true ones. */
  @FunctionalInterface
  interface Forger {
    List<AssignmentList.Assignment> forged(List<AssignmentList.Assignment> all) throws Failure;
  }

  /** What is connected: the parent, and, at the child, who counts what arrives. */
  record Ends(Parent parent, Deliveries deliveries, Forger forger) {}

  SimulatedLink(Life life, Line line, Ends ends, Surroundings around) {
    this.life = life;
    this.line = line;
    this.ends = ends;
    this.timeline = around.timeline();
    this.weather = around.weather();
  }

  private interface Question<T> {
    T ask(SiteLink desk) throws Failure, InterruptedException;
  }

  @Override
  public String peer() {
    return "parent " + ends.parent.code();
  }

  /** Answers at once even if nothing has changed: who asks comes again by itself. */
  @Override
  public AssignmentList assignments(String known, Duration most)
      throws Failure, InterruptedException {
    String what = "asking " + peer() + " for assignments";
    byte[] answer =
        small(what, desk -> SiteMessages.print(told(desk.assignments(known, Duration.ZERO))));
    return SiteMessages.assignments(answer, what);
  }

  private AssignmentList told(AssignmentList list) throws Failure {
    if (!list.changed() || !weather.strikes(Weather.Fault.RECORDS_FORGED)) {
      return list;
    }
    List<AssignmentList.Assignment> all = new ArrayList<>(list.assignments());
    all.addAll(ends.forger.forged(list.assignments()));
    return new AssignmentList(list.tag(), true, all);
  }

  @Override
  public byte[] manifest(Digest manifest, int bytesMax) throws Failure, InterruptedException {
    return small(
        "fetching manifest " + manifest + " from " + peer(),
        desk -> desk.manifest(manifest, bytesMax));
  }

  @Override
  public void tell(byte[] factLines) throws Failure, InterruptedException {
    if (factLines.length > FACT_BYTES_MAX) {
      throw new IllegalArgumentException(factLines.length + " bytes of facts in one call");
    }
    small(
        "telling " + peer() + " facts",
        desk -> {
          desk.tell(factLines.clone());
          return new byte[0];
        });
  }

  @Override
  public void chunks(Digest manifest, Ordinals wanted, SegmentSink sink)
      throws Failure, InterruptedException {
    String what = "fetching chunks of manifest " + manifest + " from " + peer();
    byte[] request = wanted.print().getBytes(StandardCharsets.US_ASCII);
    try (Deliveries.Request asked = ends.deliveries.asked(manifest, wanted)) {
      leave(what);
      byte[] answer = answer(what, manifest, request);
      arrive(what);
      SegmentReader reader = new SegmentReader(new ByteArrayInputStream(answer), what);
      for (Optional<Segment> next = reader.next(); next.isPresent(); next = reader.next()) {
        timeline.pass(weather.delay());
        life.step("a segment's arrival");
        sink.accept(next.get());
        asked.delivered(next.get());
      }
    }
  }

  @Override
  public void close() {
    // Nothing is held open.
  }

  /** The bytes that arrive, of an answer with segments. */
  private byte[] answer(String what, Digest manifest, byte[] request)
      throws Failure, InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Ordinals asked = Ordinals.parse(new String(request, StandardCharsets.ISO_8859_1));
    boolean whole = false;
    try {
      SegmentWriter writer = new SegmentWriter(out);
      ask(
          what,
          desk -> {
            desk.chunks(manifest, asked, segment -> write(writer, carried(segment)));
            return true;
          });
      writer.end();
      whole = true;
    } catch (Failure e) {
      if (out.size() == 0) {
        throw e;
      }
      // A refusal cannot follow bytes: the answer breaks off.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] sent = out.toByteArray();
    return whole && !weather.strikes(Weather.Fault.ANSWER_CUT)
        ? sent
        : Arrays.copyOf(sent, weather.below(sent.length));
  }

  /** What a wire changes, TLS finds out; what the parent's memory changes, the child must. */
  private Segment carried(Segment segment) {
    if (!weather.strikes(Weather.Fault.SEGMENT_DAMAGED)) {
      return segment;
    }
    byte[] stored = segment.stored().clone();
    stored[weather.below(stored.length)] ^= (byte) (1 << weather.below(8));
    return new Segment(segment.ordinals(), segment.codec(), stored);
  }

  private static void write(SegmentWriter writer, Segment segment) {
    try {
      writer.write(segment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A call whose answer is taken whole or not at all. */
  private byte[] small(String what, Question<byte[]> question)
      throws Failure, InterruptedException {
    leave(what);
    byte[] answer = ask(what, question);
    arrive(what);
    return answer;
  }

  private void leave(String what) throws Failure, InterruptedException {
    life.step(what);
    timeline.pass(weather.delay());
    life.step(what);
    if (line.down || weather.strikes(Weather.Fault.REQUEST_LOST)) {
      throw unreachable(what, "the line is down");
    }
  }

  private void arrive(String what) throws Failure, InterruptedException {
    timeline.pass(weather.delay());
    life.step(what);
    if (line.down || weather.strikes(Weather.Fault.ANSWER_LOST)) {
      throw interrupted(what);
    }
  }

  private <T> T ask(String what, Question<T> question) throws Failure, InterruptedException {
    if (weather.strikes(Weather.Fault.REQUEST_TWICE)) {
      try {
        once(what, question);
      } catch (Failure e) {
        // Its answer never arrives, whatever it is; that of the second one does.
        life.require(what);
      }
    }
    return once(what, question);
  }

  private <T> T once(String what, Question<T> question) throws Failure, InterruptedException {
    Optional<SiteLink> desk = ends.parent.desk();
    if (desk.isEmpty()) {
      throw unreachable(what, "connection refused");
    }
    try {
      return question.ask(desk.get());
    } catch (Death e) {
      ends.parent.died();
      throw interrupted(what);
    } catch (Failure e) {
      int status = e.isTemporary() ? TRY_AGAIN : REFUSED;
      throw SiteMessages.refused(SiteMessages.refusal(e), status, what);
    }
  }

  private static Failure unreachable(String what, String why) {
    return Failure.temporary(Code.PARENT_UNREACHABLE, what, why, "nothing: it is tried again");
  }

  private static Failure interrupted(String what) {
    return Failure.temporary(
        Code.TRANSFER_INTERRUPTED, what, "the connection broke", "nothing: it is tried again");
  }
}
