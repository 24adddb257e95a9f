package io.sluice.transfer;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/** What a child and its parent say to each other, of any origin, read. */
public final class TransferReadings {
  private static final String WHAT = "asking the parent";

  private TransferReadings() {}

  /** Taken for each kind of message in turn. */
  public static void message(byte[] bytes) throws Failure {
    SiteMessages.refusal(SiteMessages.refused(bytes, 503, WHAT));
    Failure last = Failure.permanent(Code.USAGE, WHAT, "none", "none");
    try {
      SiteMessages.print(SiteMessages.assignments(bytes, WHAT));
    } catch (Failure refusal) {
      last = refusal;
    }
    try {
      SiteMessages.print(SiteMessages.enrolmentRequest(bytes, WHAT));
    } catch (Failure refusal) {
      last = refusal;
    }
    try {
      SiteMessages.print(SiteMessages.enrolmentAnswer(bytes, WHAT));
    } catch (Failure refusal) {
      last = refusal;
    }
    throw last;
  }

  public static void segments(byte[] bytes) throws Failure {
    SegmentReader reader = new SegmentReader(new ByteArrayInputStream(bytes), WHAT);
    while (reader.next().isPresent()) {
      // Each is bounded by itself.
    }
  }

  public static void ordinals(byte[] bytes) throws Failure {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Ordinals ordinals = Ordinals.parse(text);
    if (!ordinals.print().equals(text)) {
      throw new AssertionError("a second text for the same ordinals");
    }
  }
}
