package io.sluice.siteserver;

import io.sluice.api.SiteClient;
import io.sluice.catalog.PlaceRow;
import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.database.Database;
import io.sluice.database.SqliteLibrary;
import io.sluice.distribution.Distributor;
import io.sluice.distributionpoint.FolderPlace;
import io.sluice.distributionpoint.Place;
import io.sluice.distributionpoint.PlaceOwner;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import io.sluice.transfer.HttpSiteLink;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientIdentity;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import io.sluice.web.AdminDoor;
import io.sluice.web.AdminRoutes;
import io.sluice.web.LibraryRoutes;
import io.sluice.web.SiteDoor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * A running site: one page of {@code new} in start order; closing is the reverse. Whatever fails
 * while starting closes what was started.
 */
final class SiteServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SiteServer.class);

  /** How long the parent may hold a request for assignments. */
  private static final Duration HELD = Duration.ofSeconds(25);

  private static final int TOKEN_BYTES = 32;

  private final SiteFolder folder;
  private final SiteConfiguration configuration;
  private final Clock clock;
  private final SecureRandom random;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private String siteAddress = "";
  private String adminAddress = "";
  private String token = "";

  private SiteServer(
      SiteFolder folder, SiteConfiguration configuration, Clock clock, SecureRandom random) {
    this.folder = folder;
    this.configuration = configuration;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Starts the site of a data folder; it serves when this returns.
   *
   * @param reached told of every named durable step
   */
  static SiteServer start(
      SiteFolder folder, Clock clock, SecureRandom random, Consumer<String> reached)
      throws Failure {
    folder.check();
    SiteServer server = new SiteServer(folder, configuration(folder), clock, random);
    boolean serves = false;
    try {
      server.open(new HostDisk(reached));
      serves = true;
      return server;
    } finally {
      if (!serves) {
        server.close();
      }
    }
  }

  private void open(Disk disk) throws Failure {
    Platform platform = Platforms.ofThisMachine();
    Threads threads = new OsThreads();
    keep(disk.lock(folder.lock()));
    SqliteLibrary.unpackIn(folder.nativeLibraries());
    Library library = keep(Library.open(disk, folder.library()));
    Database database = keep(database(folder, configuration));
    database.whenBroken(this::breakDown);
    Optional<SiteLink> parent = parent();
    SiteParts parts =
        SiteParts.of(
            new SiteParts.Seams(clock, random, disk, threads, platform),
            new SiteParts.Holdings(library, database, List.of(folder.root())),
            self(),
            new SiteParts.Outside(
                parent, HELD, row -> place(row, platform, disk, threads, library)));
    SiteDoor siteDoor = keep(siteDoor(parts));
    InetSocketAddress listening = siteDoor.start();
    siteAddress = reachable(listening);
    AdminDoor adminDoor = keep(adminDoor(parts, library));
    adminAddress = configuration.adminAddress().host() + ":" + adminDoor.port();
    loops(parts);
    writeAddresses();
    LOG.info("site {} serves children at {}", configuration.site(), siteAddress);
  }

  private void loops(SiteParts parts) {
    var changes = parts.ledgers().catalog().changes();
    Lanes lanes = keep(new Lanes(configuration.site().text(), this::breakDown));
    loop(
        "distributor",
        () -> {
          long known = changes.number();
          switch (parts.next()) {
            case Distributor.Due due -> lanes.start(due);
            case Distributor.Idle idle -> changes.await(known, idle.most());
          }
        });
    parts
        .upward()
        .poll()
        .ifPresent(poll -> loop("assignment-poll", () -> clock.sleep(poll.step())));
    var facts = parts.ledgers().factChanges();
    parts
        .upward()
        .courier()
        .ifPresent(
            courier ->
                loop(
                    "fact-courier",
                    () -> {
                      long known = facts.number();
                      Duration wait = courier.step();
                      facts.await(known, wait);
                    }));
  }

  private void loop(String name, Loop.Step step) {
    String named = configuration.site() + "-" + name;
    keep(Loop.start(named, step, clock, random, this::breakDown));
  }

  private void breakDown(Throwable cause) {
    LOG.error("a component broke, the site server ends", cause);
    broken.compareAndSet(null, cause);
    ended.countDown();
  }

  /** The database a configuration names. */
  static Database database(SiteFolder folder, SiteConfiguration configuration) throws Failure {
    return configuration.database().equals(SiteConfiguration.SQLITE)
        ? Database.open(folder.database())
        : Database.open(configuration.database());
  }

  private SiteParts.Self self() throws Failure {
    SiteCode site = configuration.site();
    return new SiteParts.Self(
        site,
        configuration.parent().map(SiteConfiguration.Parent::site),
        SigningKey.load(folder.signingKey(), folder.signingPublicKey()),
        authority(),
        trusted());
  }

  private Authority authority() throws Failure {
    return Authority.load(
        configuration.site(), folder.authorityKey(), folder.authorityCertificate(), clock, random);
  }

  private TrustedKeys trusted() throws Failure {
    return TrustedKeys.parse(read(folder.trustedKeys()));
  }

  private Optional<SiteLink> parent() throws Failure {
    if (configuration.parent().isEmpty()) {
      return Optional.empty();
    }
    SiteConfiguration.Parent parent = configuration.parent().get();
    ClientIdentity identity = ClientIdentity.load(folder.parentFiles(), parent.site());
    return Optional.of(
        keep(new HttpSiteLink(identity, parent.address().toString(), clock, random)));
  }

  private Place place(
      PlaceRow row, Platform platform, Disk disk, Threads threads, Library library) {
    return new FolderPlace(
        new PlaceOwner(configuration.site().toString(), row.name(), folder.places()),
        Path.of(row.folder()),
        StreamPolicy.valueOf(row.policy()),
        new FolderPlace.Parts(platform, disk, threads),
        library);
  }

  private SiteDoor siteDoor(SiteParts parts) throws Failure {
    SiteConfiguration.Address address = configuration.siteAddress();
    SiteDoor.Callers callers =
        new SiteDoor.Callers(
            parts.desks().children()::linkFor,
            parts.desks().enrolment()::enrol,
            parts.desks().enrolment()::issued);
    return new SiteDoor(
        new InetSocketAddress(address.bareHost(), address.port()),
        authority().issueServer(List.of(address.bareHost())),
        callers,
        clock,
        random);
  }

  private AdminDoor adminDoor(SiteParts parts, Library library) throws Failure {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    token = HexFormat.of().formatHex(bytes);
    SiteFolder.write(folder.adminToken(), (token + "\n").getBytes(StandardCharsets.UTF_8), true);
    AdminRoutes.Desks desks =
        new AdminRoutes.Desks(
            parts.desks().packages(),
            parts.desks().status(),
            parts.desks().enrolment(),
            parts.desks().children(),
            parts.receiver(),
            parts.upward().poll());
    AdminRoutes.Me me =
        new AdminRoutes.Me(
            configuration.site(),
            configuration.parent().map(SiteConfiguration.Parent::site),
            () -> siteAddress,
            Main.release());
    return new AdminDoor(
        configuration.adminAddress().bareHost(),
        configuration.adminAddress().port(),
        token,
        Stream.concat(
                AdminRoutes.of(desks, me, clock).stream(),
                LibraryRoutes.of(library, clock).stream())
            .toList());
  }

  /** By which address children may reach this site, as far as it knows. */
  private static String reachable(InetSocketAddress listening) {
    String host = listening.getHostString();
    boolean wildcard = Set.of("0.0.0.0", "::", "0:0:0:0:0:0:0:0").contains(host);
    String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    String named = wildcard ? hostName() : literal;
    return named + ":" + listening.getPort();
  }

  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    try {
      return name == null || name.isBlank()
          ? Files.readString(Path.of("/etc/hostname")).strip()
          : name.strip();
    } catch (IOException e) {
      return "localhost";
    }
  }

  private void writeAddresses() throws Failure {
    java.util.Map<String, String> addresses =
        new java.util.TreeMap<>(java.util.Map.of("site", siteAddress, "admin", adminAddress));
    SiteFolder.write(folder.addresses(), new JsonMapper().writeValueAsBytes(addresses), false);
  }

  static SiteConfiguration configuration(SiteFolder folder) throws Failure {
    return SiteConfiguration.parse(read(folder.configuration()), folder.configuration().toString());
  }

  private static byte[] read(Path file) throws Failure {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Failure.permanent(
              Code.CONFIGURATION_INVALID,
              "reading " + file,
              e.getMessage() == null ? e.toString() : e.getMessage(),
              "bring the file back, or make the site anew")
          .because(e);
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    started.push(part);
    return part;
  }

  SiteConfiguration configuration() {
    return configuration;
  }

  /** Where children dial, host:port. */
  String siteAddress() {
    return siteAddress;
  }

  /** Where commands of this machine ask, host:port. */
  String adminAddress() {
    return adminAddress;
  }

  /** A client of this server's administration port. */
  SiteClient client() {
    return new SiteClient(adminAddress, token);
  }

  /** Waits until the server is closed or breaks; what broke it, if something did. */
  @Nullable Throwable awaitEnd() throws InterruptedException {
    ended.await();
    return broken.get();
  }

  @Override
  public synchronized void close() {
    while (!started.isEmpty()) {
      AutoCloseable part = started.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("closing {}", part, e);
      }
    }
    ended.countDown();
  }
}
