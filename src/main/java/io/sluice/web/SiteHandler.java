package io.sluice.web;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.Receiver;
import io.sluice.transfer.SegmentWriter;
import io.sluice.transfer.SiteLink;
import io.sluice.transfer.SiteMessages;
import io.sluice.trust.Authority;
import io.sluice.trust.ServerIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes the site protocol's requests: who asks, whether there is room, which desk answers. */
final class SiteHandler extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(SiteHandler.class);
  private static final Pattern MANIFEST = Pattern.compile("/v0/manifests/([0-9a-f]{64})");
  private static final Pattern CHUNKS = Pattern.compile("/v0/manifests/([0-9a-f]{64})/chunks");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,4}");
  private static final String JSON = "application/json";

  private final ServerIdentity identity;
  private final SiteDoor.Callers callers;
  private final Clock clock;
  private final Semaphore enrolling = new Semaphore(SiteDoor.ENROLLING_MAX);
  private final Semaphore held = new Semaphore(SiteDoor.HELD_MAX);
  private final Semaphore small = new Semaphore(SiteDoor.SMALL_MAX);
  private final BodyBytes manifestBytes = new BodyBytes(SiteDoor.MANIFESTS_BYTES_MAX);
  private final BodyBytes factBytes = new BodyBytes(SiteDoor.FACTS_BYTES_MAX);
  private final Semaphore sending = new Semaphore(SiteDoor.SENDING_MAX);
  private final Map<SiteCode, Semaphore> ofSite = new ConcurrentHashMap<>();
  private final Set<SiteCall> calls = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  SiteHandler(ServerIdentity identity, SiteDoor.Callers callers, Clock clock) {
    this.identity = identity;
    this.callers = callers;
    this.clock = clock;
  }

  /** Refuses new requests and interrupts those that wait. */
  void stopCalls() {
    stopping = true;
    calls.forEach(SiteCall::cut);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    SiteCall call = new SiteCall(request, response, callback);
    // A child that goes away frees what it holds at once, and not when its wait is over.
    request.addFailureListener(failure -> call.cut());
    calls.add(call);
    try {
      if (stopping) {
        throw SiteRefusals.stopping();
      }
      route(call);
    } catch (Failure e) {
      log(call, e);
      call.refuse(e);
    } catch (InterruptedException e) {
      call.refuse(SiteRefusals.stopping());
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("a child site went away during {} {}", call.method(), call.path(), e);
      call.lost(e);
    } catch (RuntimeException e) {
      LOG.error("answering {} {}", call.method(), call.path(), e);
      call.refuse(Failure.permanent(Code.INTERNAL, "answering", "a defect", "look into the log"));
    } finally {
      calls.remove(call);
      call.end();
    }
    return true;
  }

  private static void log(SiteCall call, Failure failure) {
    if (SiteRefusals.status(failure) >= 500) {
      LOG.warn("refused {} {}: {}", call.method(), call.path(), failure.text());
    } else {
      LOG.info("refused {} {}: {}", call.method(), call.path(), failure.getMessage());
    }
  }

  private void route(SiteCall call) throws Failure, InterruptedException, IOException {
    if (call.path().equals("/v0/enrol") && call.method().equals("POST")) {
      within(enrolling, "enrolments", () -> enrol(call));
      return;
    }
    SiteCode site = site(call);
    Semaphore own = ofSite.computeIfAbsent(site, code -> new Semaphore(SiteDoor.OF_SITE_MAX));
    within(own, "requests of site " + site, () -> routeFor(site, call));
  }

  private void routeFor(SiteCode site, SiteCall call)
      throws Failure, InterruptedException, IOException {
    boolean get = call.method().equals("GET");
    boolean post = call.method().equals("POST");
    Matcher manifest = MANIFEST.matcher(call.path());
    Matcher chunks = CHUNKS.matcher(call.path());
    SiteLink desk = callers.desks().apply(site);
    if (get && call.path().equals("/v0/assignments")) {
      within(held, "held requests", () -> assignments(desk, call));
    } else if (get && manifest.matches()) {
      Digest digest = Digest.parse(manifest.group(1));
      within(small, "requests", () -> manifest(desk, digest, call));
    } else if (post && chunks.matches()) {
      Digest digest = Digest.parse(chunks.group(1));
      within(sending, "transfers", () -> chunks(desk, digest, call));
    } else if (post && call.path().equals("/v0/facts")) {
      within(small, "requests", () -> facts(desk, call));
    } else {
      throw SiteRefusals.nothingHere(call.path());
    }
  }

  private interface Step {
    void run() throws Failure, InterruptedException, IOException;
  }

  private static void within(Semaphore bound, String which, Step step)
      throws Failure, InterruptedException, IOException {
    if (!bound.tryAcquire()) {
      throw SiteRefusals.busy(which);
    }
    try {
      step.run();
    } finally {
      bound.release();
    }
  }

  /**
   * Who asks. The certificate was checked when the connection was made; that may be long ago, so
   * validity and revocation are looked at again with every request.
   */
  private SiteCode site(SiteCall call) throws Failure {
    X509Certificate certificate =
        certificate(call.request())
            .orElseThrow(() -> SiteRefusals.unauthorised("it showed no certificate"));
    SiteCode site =
        Authority.clientSite(certificate, identity.authority(), clock.now())
            .orElseThrow(() -> SiteRefusals.unauthorised("its certificate is not valid here now"));
    if (!callers.issued().test(site, Authority.fingerprint(certificate).hex())) {
      throw SiteRefusals.unauthorised("its certificate is not the one last issued to site " + site);
    }
    return site;
  }

  private static Optional<X509Certificate> certificate(Request request) {
    Object tls = request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
    if (tls instanceof EndPoint.SslSessionData session) {
      X509Certificate[] chain = session.peerCertificates();
      return chain == null || chain.length == 0 ? Optional.empty() : Optional.of(chain[0]);
    }
    return Optional.empty();
  }

  private void enrol(SiteCall call) throws Failure, InterruptedException, IOException {
    byte[] body = call.body(SiteMessages.ENROLMENT_BYTES_MAX);
    byte[] answer =
        SiteMessages.print(
            callers
                .enrolments()
                .enrol(SiteMessages.enrolmentRequest(body, "reading an enrolment request")));
    call.answer(200, JSON, answer);
  }

  private static void assignments(SiteLink desk, SiteCall call)
      throws Failure, InterruptedException, IOException {
    Fields query = Request.extractQueryParameters(call.request(), StandardCharsets.UTF_8);
    String known = Optional.ofNullable(query.getValue("known")).orElse("");
    String wait = Optional.ofNullable(query.getValue("wait")).orElse("0");
    if (known.length() > SiteMessages.TAG_LENGTH_MAX || !SECONDS.matcher(wait).matches()) {
      throw SiteRefusals.malformed("a state tag or wait that is none");
    }
    Duration most = Duration.ofSeconds(Integer.parseInt(wait));
    AssignmentList list =
        desk.assignments(known, most.compareTo(SiteLink.HELD_MOST) > 0 ? SiteLink.HELD_MOST : most);
    call.answer(200, JSON, SiteMessages.print(list));
  }

  private void manifest(SiteLink desk, Digest digest, SiteCall call)
      throws Failure, InterruptedException, IOException {
    byte[] stored = desk.manifest(digest, Receiver.MANIFEST_BYTES_MAX);
    within(
        manifestBytes,
        digest,
        stored.length,
        () -> call.answerWritten(200, "application/zstd", stored));
  }

  /** Does a step while so many bytes are in memory for it. */
  private static void within(BodyBytes bound, Object which, long bytes, Step step)
      throws Failure, InterruptedException, IOException {
    if (!bound.enter(which, bytes)) {
      throw SiteRefusals.busy("bytes of requests");
    }
    try {
      step.run();
    } finally {
      bound.leave(which);
    }
  }

  private static void chunks(SiteLink desk, Digest digest, SiteCall call)
      throws Failure, InterruptedException, IOException {
    byte[] text = call.body(Ordinals.TEXT_LENGTH_MAX);
    Ordinals wanted = Ordinals.parse(new String(text, StandardCharsets.ISO_8859_1));
    SiteCall.Joined out = call.stream();
    SegmentWriter writer = new SegmentWriter(out);
    desk.chunks(
        digest,
        wanted,
        segment -> {
          try {
            writer.write(segment);
            // Whole, so that the child can store it and let the next one come.
            out.flush();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    writer.end();
    out.finish();
  }

  private void facts(SiteLink desk, SiteCall call)
      throws Failure, InterruptedException, IOException {
    within(
        factBytes,
        call,
        call.bodyBytes(SiteLink.FACT_BYTES_MAX),
        () -> desk.tell(call.body(SiteLink.FACT_BYTES_MAX)));
    call.answer(204, "", new byte[0]);
  }
}
