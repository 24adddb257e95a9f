package io.sluice.transfer;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import io.sluice.trust.ClientIdentity;
import io.sluice.trust.SiteTls;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The way to a parent over HTTP/2 and TLS 1.3 (docs/formats/site-protocol.md). One connection for
 * what is small and must not wait, and one for each transfer of chunks that goes on. Of chunks the
 * parent may send on only when the sink has taken the segment, and so stored it: when a connection
 * breaks, at most one largest segment was sent in vain.
 */
public final class HttpSiteLink implements SiteLink {
  /** The most bytes of one connection that were sent and not stored when it breaks. */
  public static final int UNSTORED_BYTES_MAX = HttpWire.UNKEPT_BYTES_MAX;

  /** How much longer than the parent may hold a request its answer may take. */
  static final Duration GRACE = Duration.ofSeconds(15);

  private final String peer;
  private final HttpWire small;
  private final HttpWire bulk;

  /**
   * Nothing is dialled yet.
   *
   * @param address the parent's {@code host:port}
   * @param random for TLS
   */
  public HttpSiteLink(ClientIdentity identity, String address, Clock clock, SecureRandom random) {
    this(identity, address, clock, random, HttpWire.SILENCE_MAX);
  }

  /** A link that bears less silence, for tests. */
  HttpSiteLink(
      ClientIdentity identity, String address, Clock clock, SecureRandom random, Duration silence) {
    this.peer = "parent " + identity.parent() + " at " + address;
    SSLContext tls = SiteTls.client(identity, clock, random);
    this.small = new HttpWire(HttpWire.Flow.READ, peer, address, tls, silence);
    this.bulk = new HttpWire(HttpWire.Flow.KEPT, peer, address, tls, silence);
  }

  @Override
  public String peer() {
    return peer;
  }

  @Override
  public AssignmentList assignments(String known, Duration most)
      throws Failure, InterruptedException {
    Duration held = most.compareTo(HELD_MOST) > 0 ? HELD_MOST : most;
    String path =
        "/v0/assignments?known="
            + URLEncoder.encode(known, StandardCharsets.UTF_8)
            + "&wait="
            + held.toSeconds();
    String what = "asking " + peer + " for assignments";
    HttpWire.Ask ask =
        new HttpWire.Ask(what, path, Optional.empty(), Optional.of(held.plus(GRACE)));
    return small.ask(
        ask,
        body ->
            SiteMessages.assignments(
                bounded(body, SiteMessages.ASSIGNMENTS_BYTES_MAX, what), what));
  }

  @Override
  public byte[] manifest(Digest manifest, int bytesMax) throws Failure, InterruptedException {
    String what = "fetching manifest " + manifest + " from " + peer;
    HttpWire.Ask ask =
        new HttpWire.Ask(what, "/v0/manifests/" + manifest, Optional.empty(), Optional.empty());
    return small.ask(ask, body -> bounded(body, bytesMax, what));
  }

  @Override
  public void chunks(Digest manifest, Ordinals wanted, SegmentSink sink)
      throws Failure, InterruptedException {
    String what = "fetching chunks of manifest " + manifest + " from " + peer;
    byte[] text = wanted.print().getBytes(StandardCharsets.US_ASCII);
    HttpWire.Ask ask =
        new HttpWire.Ask(
            what,
            "/v0/manifests/" + manifest + "/chunks",
            Optional.of(new HttpWire.Body("text/plain", text)),
            Optional.empty());
    bulk.ask(
        ask,
        body -> {
          SegmentReader reader = new SegmentReader(body, what);
          for (Optional<Segment> next = reader.next(); next.isPresent(); next = reader.next()) {
            sink.accept(next.get());
            body.kept();
          }
          return true;
        });
  }

  @Override
  public void tell(byte[] factLines) throws Failure, InterruptedException {
    if (factLines.length > FACT_BYTES_MAX) {
      throw new IllegalArgumentException(factLines.length + " bytes of facts in one call");
    }
    String what = "telling " + peer + " facts";
    HttpWire.Ask ask =
        new HttpWire.Ask(
            what,
            "/v0/facts",
            Optional.of(new HttpWire.Body("application/x-ndjson", factLines)),
            Optional.empty());
    small.ask(ask, body -> bounded(body, 0, what));
  }

  /** Aborts what is in flight; later calls fail with PARENT_UNREACHABLE. */
  @Override
  public void close() {
    bulk.close();
    small.close();
  }

  static byte[] bounded(InputStream body, int most, String what) throws IOException, Failure {
    byte[] bytes = body.readNBytes(most + 1);
    if (bytes.length > most) {
      throw Violations.violation(what, "the answer is longer than " + most + " bytes");
    }
    return bytes;
  }
}
