package io.sluice.web;

import static io.sluice.web.SiteDoorWorld.CEN;
import static io.sluice.web.SiteDoorWorld.NOW;
import static io.sluice.web.SiteDoorWorld.WST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.transfer.HttpEnrolment;
import io.sluice.transfer.HttpSiteLink;
import io.sluice.transfer.LibraryLink;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.SiteLink;
import io.sluice.transfer.TransferSamples;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientIdentity;
import io.sluice.trust.ClientKey;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.SiteTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets in, and what they are told; over real TLS on the loopback. */
class SiteDoorTest {
  @TempDir Path folder;
  private SiteDoorWorld world;

  @BeforeEach
  void build() throws Exception {
    world = new SiteDoorWorld(folder);
  }

  @AfterEach
  void tearDown() throws Exception {
    world.close();
  }

  private static Failure refusal(ThrowingCallable call) {
    Failure failure = catchThrowableOfType(Failure.class, call);
    assertThat(failure).isNotNull();
    return failure;
  }

  private HttpClient raw(SSLContext tls) {
    return HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_2).build();
  }

  private HttpResponse<String> send(HttpClient client, String method, String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("https://" + world.address() + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void enrolsAChildAndAnswersEveryCall() throws Exception {
    world.open();
    Digest manifest =
        TransferSamples.store(world.library, TransferSamples.content(1, 300_000)).digest();
    ClientIdentity identity = world.enrolled(WST);
    HttpSiteLink link = world.link(identity);

    assertThat(identity.site()).isEqualTo(WST);
    assertThat(identity.parent()).isEqualTo(CEN);
    assertThat(world.enrolments).hasSize(1);
    AssignmentList first = link.assignments("", Duration.ofSeconds(1));
    assertThat(first.changed()).isTrue();
    assertThat(link.assignments(first.tag(), Duration.ofSeconds(1)).changed()).isFalse();
    assertThat(link.manifest(manifest, 1 << 20)).isEqualTo(world.library.storedDocument(manifest));
    byte[] facts = "{\"v\":0}\n".getBytes(StandardCharsets.UTF_8);
    link.tell(facts);
    assertThat(world.desk.told()).isEqualTo(facts);
    int[] segments = {0};
    link.chunks(manifest, Ordinals.parse("0-1"), segment -> segments[0]++);
    assertThat(segments[0]).isPositive();
  }

  @Test
  void assignmentsArriveAsTheDeskGaveThem() throws Exception {
    byte[] signed = TransferSamples.signed(Digest.of(new byte[0])).signed();
    AssignmentList given =
        new AssignmentList(
            "a tag & more=\u00e9",
            true,
            List.of(
                new AssignmentList.Assignment(signed, Set.of(WST, new SiteCode("STO"))),
                new AssignmentList.Assignment(signed, Set.of())));
    world.open(
        site ->
            new LibraryLink(world.library) {
              @Override
              public AssignmentList assignments(String known, Duration most) {
                return known.equals(given.tag())
                    ? new AssignmentList(known, false, List.of())
                    : given;
              }
            });
    HttpSiteLink link = world.link(world.enrolled(WST));
    AssignmentList got = link.assignments("", Duration.ZERO);

    assertThat(got).usingRecursiveComparison().isEqualTo(given);
    assertThat(link.assignments(got.tag(), Duration.ZERO).changed()).isFalse();
  }

  @Test
  void withoutCertificateOneMayOnlyEnrol() throws Exception {
    world.open();
    try (HttpClient nobody =
        raw(
            SiteTls.enrolling(
                world.authority.fingerprint(), CEN, world.childClock, world.random))) {
      for (String path : List.of("/v0/assignments", "/v0/manifests/x", "/", "/v0/enrol")) {
        HttpResponse<String> response = send(nobody, "GET", path, new byte[0]);
        assertThat(response.statusCode()).as(path).isEqualTo(401);
        assertThat(response.body()).contains(Code.UNAUTHORISED.id());
      }
      assertThat(send(nobody, "POST", "/v0/facts", new byte[0]).statusCode()).isEqualTo(401);
      assertThat(send(nobody, "POST", "/v0/enrol", new byte[0]).statusCode()).isEqualTo(400);
    }
    assertThat(world.enrolments).isEmpty();
  }

  @Test
  void certificatesOfOtherAuthoritiesDoNotGetIn() throws Exception {
    world.open();
    Authority namesake = Authority.create(CEN, world.parentClock, world.random);
    ClientKey key = ClientKey.generate(world.random);
    EnrolmentToken token = world.token(WST);
    EnrolmentToken theirs =
        new EnrolmentToken(
            WST, CEN, token.address(), namesake.fingerprint(), token.secret(), token.expires());
    ClientIdentity stranger =
        key.accept(
            Authority.pem(namesake.issueChild(WST, key.request(WST))),
            namesake.certificatePem(),
            theirs,
            world.childClock);

    // Neither side accepts the other.
    Failure failure = refusal(() -> world.link(stranger).assignments("", Duration.ofSeconds(1)));
    assertThat(failure.code()).isEqualTo(Code.PARENT_UNREACHABLE);
    assertThat(failure.isTemporary()).isTrue();
  }

  @Test
  void aServerThatIsNotTheTokensNeverSeesTheSecret() throws Exception {
    world.open();
    EnrolmentToken good = world.token(WST);
    EnrolmentToken otherAuthority =
        new EnrolmentToken(
            WST, CEN, good.address(), Digest.of(new byte[0]), good.secret(), good.expires());
    EnrolmentToken otherSite =
        new EnrolmentToken(
            WST,
            new SiteCode("EST"),
            good.address(),
            good.authority(),
            good.secret(),
            good.expires());
    HttpEnrolment enrolment = new HttpEnrolment(world.childClock, world.random);
    for (EnrolmentToken token : List.of(otherAuthority, otherSite)) {
      EnrolmentRequest request = world.request(token, ClientKey.generate(world.random));
      assertThat(refusal(() -> enrolment.enrol(token, request)).code())
          .isEqualTo(Code.PARENT_UNREACHABLE);
    }
    assertThat(world.enrolments).isEmpty();
  }

  @Test
  void anExpiredTokenIsNotEvenTried() throws Exception {
    world.open();
    EnrolmentToken token = world.token(WST);
    world.childClock.set(token.expires());
    EnrolmentRequest request = world.request(token, ClientKey.generate(world.random));

    assertThat(
            refusal(() -> new HttpEnrolment(world.childClock, world.random).enrol(token, request))
                .code())
        .isEqualTo(Code.TOKEN_INVALID);
    assertThat(world.enrolments).isEmpty();
  }

  @Test
  void expiryEndsOpenConnectionsAndNewOnes() throws Exception {
    world.open();
    ClientIdentity identity = world.enrolled(WST);
    HttpSiteLink open = world.link(identity);
    open.assignments("", Duration.ZERO);
    world.parentClock.set(NOW.plus(Authority.SITE_VALIDITY).plusSeconds(1));

    Failure onOpen = refusal(() -> open.assignments("", Duration.ZERO));
    assertThat(onOpen.code()).isEqualTo(Code.UNAUTHORISED);
    assertThat(onOpen.isTemporary()).isFalse();
    Failure onNew = refusal(() -> world.link(identity).assignments("", Duration.ZERO));
    assertThat(onNew.code()).isIn(Code.PARENT_UNREACHABLE, Code.TRANSFER_INTERRUPTED);
  }

  @Test
  void aRevokedCertificateIsRefusedOnTheNextRequest() throws Exception {
    world.open();
    HttpSiteLink link = world.link(world.enrolled(WST));
    link.assignments("", Duration.ZERO);
    // Enrolling anew revokes the old certificate.
    HttpSiteLink anew = world.link(world.enrolled(WST));

    assertThat(refusal(() -> link.assignments("", Duration.ZERO)).code())
        .isEqualTo(Code.UNAUTHORISED);
    assertThat(anew.assignments("", Duration.ZERO).changed()).isTrue();
    world.issued.clear();
    assertThat(refusal(() -> anew.tell(new byte[] {'\n'})).code()).isEqualTo(Code.UNAUTHORISED);
    assertThat(world.desk.told()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /v0",
        "GET /v0/assignments/",
        "POST /v0/assignments",
        "GET /v0/facts",
        "GET /v0/manifests/abc",
        "GET /v0/manifests/..a",
        "DELETE /v0/facts",
        "PUT /v0/enrol",
        "GET /v1/assignments",
        "POST /v0/manifests/XX/chunks",
      })
  void unknownPathsAreNotThere(String asked) throws Exception {
    world.open();
    ClientIdentity identity = world.enrolled(WST);
    int space = asked.indexOf(' ');
    try (HttpClient child = raw(SiteTls.client(identity, world.childClock, world.random))) {
      HttpResponse<String> response =
          send(child, asked.substring(0, space), asked.substring(space + 1), new byte[0]);
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(response.body()).contains(Code.NOT_FOUND.id()).doesNotContain("jetty");
    }
  }

  @Test
  void malformedAndOversizeRequestsAreRefused() throws Exception {
    world.open();
    ClientIdentity identity = world.enrolled(WST);
    String chunks = "/v0/manifests/" + Digest.of(new byte[0]) + "/chunks";
    try (HttpClient child = raw(SiteTls.client(identity, world.childClock, world.random))) {
      for (String ordinals : List.of("", "1,", "2-1", "x", "0-16777216")) {
        byte[] body = ordinals.getBytes(StandardCharsets.US_ASCII);
        assertThat(send(child, "POST", chunks, body).statusCode()).as(ordinals).isEqualTo(400);
      }
      // The answer may overtake the body, the rest of which is then reset.
      requireRefused(child, chunks, new byte[Ordinals.TEXT_LENGTH_MAX + 1]);
      requireRefused(child, "/v0/facts", new byte[SiteLink.FACT_BYTES_MAX + 1]);
      requireRefused(child, "/v0/enrol", new byte[70_000]);
      for (String query :
          List.of("?wait=-1", "?wait=x", "?wait=99999", "?known=" + "x".repeat(999))) {
        assertThat(send(child, "GET", "/v0/assignments" + query, new byte[0]).statusCode())
            .as(query)
            .isEqualTo(400);
      }
    }
    assertThat(world.desk.told()).isEmpty();
    assertThat(world.desk.asked()).isEmpty();
  }

  private void requireRefused(HttpClient child, String path, byte[] body)
      throws InterruptedException {
    try {
      assertThat(send(child, "POST", path, body).statusCode()).isEqualTo(400);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("RST_STREAM");
    }
  }

  @Test
  void tellsFailuresWithCodeAndDispositionButNoPathOfThisMachine() throws Exception {
    Failure[] next = new Failure[1];
    world.open(
        site ->
            new LibraryLink(world.library) {
              @Override
              public byte[] manifest(Digest manifest, int bytesMax) throws Failure {
                throw next[0];
              }
            });
    HttpSiteLink link = world.link(world.enrolled(WST));
    String secret = folder.resolve("library/packs").toString();
    for (boolean temporary : new boolean[] {true, false}) {
      for (Code code : Code.values()) {
        next[0] =
            temporary
                ? Failure.temporary(code, "reading the thing", "it is so", "wait")
                : Failure.permanent(code, "reading the thing", "it is so", "wait");
        Failure got = refusal(() -> link.manifest(Digest.of(new byte[0]), 10));
        // What is about the parent itself is a refusal here, which names the parent's code.
        assertThat(got.code()).isIn(code, Code.PARENT_REFUSED);
        assertThat(got.why()).contains(code.id());
        assertThat(got.isTemporary()).isEqualTo(temporary);
        assertThat(got.what()).contains("parent CEN at 127.0.0.1");
      }
    }
    for (Code code :
        List.of(Code.DISK_ERROR, Code.NO_SPACE, Code.CONTENT_CORRUPT, Code.KEY_INVALID)) {
      next[0] = Failure.permanent(code, "reading " + secret, secret, secret).about(List.of(secret));
      assertThat(refusal(() -> link.manifest(Digest.of(new byte[0]), 10)).text())
          .doesNotContain(folder.toString());
    }
    next[0] = Failure.permanent(Code.NOT_FOUND, "x", "y", "z").about(List.of("one", "two \ud800"));
    assertThat(refusal(() -> link.manifest(Digest.of(new byte[0]), 10)).items())
        .containsExactly("one", "two \ufffd");
  }

  @Test
  void aDefectOfADeskIsNoTraceForThePeer() throws Exception {
    world.open(
        site -> {
          throw new IllegalStateException("secret detail");
        });
    ClientIdentity identity = world.enrolled(WST);
    try (HttpClient child = raw(SiteTls.client(identity, world.childClock, world.random))) {
      HttpResponse<String> response = send(child, "GET", "/v0/assignments", new byte[0]);
      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(response.body())
          .contains(Code.INTERNAL.id())
          .doesNotContain("secret")
          .doesNotContain("Exception")
          .doesNotContain("io.sluice");
      assertThat(response.headers().map()).doesNotContainKey("server");
    }
  }

  @Test
  void aManifestLargerThanAllowedIsRefusedByTheChild() throws Exception {
    world.open();
    Digest manifest =
        TransferSamples.store(world.library, TransferSamples.content(1, 300_000)).digest();
    HttpSiteLink link = world.link(world.enrolled(WST));
    int size = world.library.storedDocument(manifest).length;

    assertThat(link.manifest(manifest, size)).hasSize(size);
    assertThat(refusal(() -> link.manifest(manifest, size - 1)).code())
        .isEqualTo(Code.PROTOCOL_VIOLATION);
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    world.open();
    int port = Integer.parseInt(world.address().substring("127.0.0.1:".length()));
    SiteDoor second =
        new SiteDoor(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            world.server,
            new SiteDoor.Callers(
                site -> world.desk,
                request -> {
                  throw new IllegalStateException("nobody enrols here");
                },
                (site, fingerprint) -> false),
            world.parentClock,
            world.random);

    Failure failure = refusal(second::start);
    assertThat(failure.code()).isEqualTo(Code.PORT_IN_USE);
    assertThat(failure.what()).contains(":" + port);
  }

  @Test
  void tlsBefore13IsNotSpoken() throws Exception {
    world.open();
    SSLContext tls =
        SiteTls.enrolling(world.authority.fingerprint(), CEN, world.childClock, world.random);
    try (var socket = tls.getSocketFactory().createSocket()) {
      int port = Integer.parseInt(world.address().substring("127.0.0.1:".length()));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      var old = (javax.net.ssl.SSLSocket) socket;
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(old::startHandshake).isInstanceOf(IOException.class);
    }
  }
}
