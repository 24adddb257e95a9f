package io.sluice.web;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.transfer.HttpEnrolment;
import io.sluice.transfer.HttpSiteLink;
import io.sluice.transfer.LibraryLink;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientIdentity;
import io.sluice.trust.ClientKey;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.GoldenKeys;
import io.sluice.trust.ServerIdentity;
import io.sluice.trust.SettableClock;
import io.sluice.trust.SigningKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A parent site CEN with a library and a door on the loopback, and children that enrol there. */
public final class SiteDoorWorld implements AutoCloseable {
  public static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
  public static final SiteCode CEN = GoldenKeys.CEN;
  public static final SiteCode WST = new SiteCode("WST");

  public final SecureRandom random = new SecureRandom();
  public final SettableClock parentClock = new SettableClock(NOW);
  public final SettableClock childClock = new SettableClock(NOW);
  final Authority authority = Authority.create(CEN, parentClock, random);
  final ServerIdentity server = authority.issueServer(List.of());
  final Map<SiteCode, String> issued = new ConcurrentHashMap<>();
  final List<EnrolmentRequest> enrolments = new CopyOnWriteArrayList<>();
  public final Library library;
  public final LibraryLink desk;
  private final List<HttpSiteLink> opened = new ArrayList<>();
  private SiteDoor door;
  private InetSocketAddress address;

  public SiteDoorWorld(Path folder) throws Failure {
    library = Library.open(new HostDisk(), folder.resolve("parent"));
    desk = new LibraryLink(library);
  }

  /** Opens a door in front of the usual desk. */
  public SiteDoorWorld open() throws Failure {
    return open(site -> desk);
  }

  public SiteDoorWorld open(Function<SiteCode, SiteLink> desks) throws Failure {
    door =
        new SiteDoor(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            server,
            new SiteDoor.Callers(
                desks, this::enrol, (site, fingerprint) -> fingerprint.equals(issued.get(site))),
            parentClock,
            random);
    address = door.start();
    return this;
  }

  public SiteDoor door() {
    return door;
  }

  public String address() {
    return "127.0.0.1:" + address.getPort();
  }

  private EnrolmentAnswer enrol(EnrolmentRequest request) throws Failure {
    enrolments.add(request);
    X509Certificate certificate = authority.issueChild(request.site(), request.pkcs10Pem());
    issued.put(request.site(), Authority.fingerprint(certificate).hex());
    return new EnrolmentAnswer(
        Authority.pem(certificate), authority.certificatePem(), CEN, GoldenKeys.trusted());
  }

  EnrolmentToken token(SiteCode site) {
    return new EnrolmentToken(
        site,
        CEN,
        address(),
        authority.fingerprint(),
        EnrolmentToken.newSecret(random),
        NOW.plusSeconds(3600));
  }

  EnrolmentRequest request(EnrolmentToken token, ClientKey key) {
    return new EnrolmentRequest(
        token.secret(),
        token.site(),
        key.request(token.site()),
        SigningKey.generate(random).publicBytes());
  }

  /** Enrols a child over the wire. */
  public ClientIdentity enrolled(SiteCode site) throws Failure, InterruptedException {
    EnrolmentToken token = token(site);
    ClientKey key = ClientKey.generate(random);
    EnrolmentAnswer answer =
        new HttpEnrolment(childClock, random).enrol(token, request(token, key));
    return key.accept(answer.certificatePem(), answer.authorityPem(), token, childClock);
  }

  /** A child's link; closed with this world. */
  public HttpSiteLink link(ClientIdentity identity) {
    HttpSiteLink link = new HttpSiteLink(identity, address(), childClock, random);
    opened.add(link);
    return link;
  }

  @Override
  public void close() throws Failure {
    for (HttpSiteLink each : opened) {
      each.close();
    }
    if (door != null) {
      door.close();
    }
    library.close();
  }
}
