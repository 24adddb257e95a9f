package io.sluice.distribution;

import io.sluice.capture.Capture;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.database.Database;
import io.sluice.database.InMemory;
import io.sluice.distributionpoint.FolderPlace;
import io.sluice.distributionpoint.PlaceOwner;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.Threads;
import io.sluice.site.SiteCode;
import io.sluice.time.Backoff;
import io.sluice.time.Clock;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.Receiver;
import io.sluice.transfer.Sender;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientKey;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A whole site in the calling thread: real library and distribution points below a folder, a
 * database in memory, and a link that calls the parent's desk directly. It can lose its link and
 * its process.
 */
final class TestSite implements AutoCloseable {
  /** The process has died at a crash point; not a Failure, so that nothing handles it. */
  static final class Death extends Error {
    private static final long serialVersionUID = 1L;

    Death(String point) {
      super(point);
    }
  }

  final SiteCode code;
  final Optional<TestSite> parent;
  final Path folder;
  final Clock clock;
  final SigningKey key = SigningKey.generate(new SecureRandom());
  final Authority authority;
  final List<String> asked = new ArrayList<>();
  final Set<String> dieAt = new HashSet<>();
  private final InMemory memory;
  private final Threads threads = new CallerThread();
  private final Platform platform = Platforms.ofThisMachine();
  private TrustedKeys keys;
  boolean linkIsDown;

  /** What calls of a kind fail with, at the parent. */
  final Map<String, Failure> parentFails = new HashMap<>();

  /** Happens once, while the parent answers a request for chunks. */
  Optional<Meanwhile> whileChunksTravel = Optional.empty();

  /** Something that happens in the middle of something else. */
  interface Meanwhile {
    void happen() throws Failure, InterruptedException;
  }

  Library library;
  Ledgers ledgers;
  PackageDesk packages;
  StatusDesk status;
  ChildDesk children;
  EnrolmentDesk enrolments;
  Distributor distributor;
  AssignmentPoll poll;
  FactCourier courier;

  TestSite(String code, Optional<TestSite> parent, Path root, Clock clock) throws Exception {
    this.code = new SiteCode(code);
    this.parent = parent;
    this.clock = clock;
    this.folder = Files.createDirectories(root.resolve(code));
    this.memory = new InMemory();
    this.authority = Authority.create(this.code, clock, new SecureRandom());
    this.keys = TrustedKeys.none();
    if (parent.isPresent()) {
      enrol(parent.get());
    }
    this.keys = keys.with(this.code, key.publicKey());
    open();
  }

  private void enrol(TestSite above) throws Failure {
    String secret = above.enrolments.invite(code, "127.0.0.1:8530", Duration.ofHours(1)).secret();
    ClientKey client = ClientKey.generate(new SecureRandom());
    EnrolmentAnswer answer =
        above.enrolments.enrol(
            new EnrolmentRequest(secret, code, client.request(code), key.publicBytes()));
    this.keys = answer.keys();
  }

  private void open() throws Failure {
    Disk disk =
        new HostDisk(
            point -> {
              if (dieAt.remove(point)) {
                throw new Death(point);
              }
            });
    library = Library.open(disk, folder.resolve("library"), threads);
    ledgers = Ledgers.open(Database.open(memory), code, parent.map(above -> above.code), clock);
    Pace pace =
        new Pace(clock, new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(10)), new Random(7));
    Manifests manifests = new Manifests(library);
    packages =
        new PackageDesk(
            ledgers,
            new Capture(platform, threads, library, clock),
            key,
            List.of(folder.resolve("library")),
            clock,
            disk);
    status = new StatusDesk(ledgers);
    children =
        new ChildDesk(
            ledgers, new ChildDesk.Store(manifests, new Sender(library)), () -> keys, pace, disk);
    enrolments =
        new EnrolmentDesk(
            ledgers,
            new EnrolmentDesk.Credentials(authority, () -> keys),
            clock,
            new SecureRandom());
    FolderPlace.Parts parts = new FolderPlace.Parts(platform, disk, threads);
    distributor =
        new Distributor(
            ledgers,
            new Distributor.Means(
                new Receiver(library, disk, clock),
                Link::new,
                () -> keys,
                manifests,
                place ->
                    new FolderPlace(
                        new PlaceOwner(code.toString(), place.name(), folder.resolve("places")),
                        Path.of(place.folder()),
                        StreamPolicy.valueOf(place.policy()),
                        parts,
                        library)),
            pace,
            disk);
    poll = new AssignmentPoll(ledgers, Link::new, () -> keys, pace, Duration.ZERO, disk);
    courier = new FactCourier(ledgers, Link::new, pace, disk);
  }

  /** The process ends, whatever it was doing, and starts again. */
  void restart() throws Failure {
    try {
      library.close();
    } catch (Failure e) {
      throw new AssertionError(e);
    }
    open();
  }

  /** Lets every part step until nothing is due; dies and starts again where it is told to. */
  void run() throws Exception {
    for (int i = 0; i < 100; i++) {
      try {
        Duration wait = step();
        if (wait.compareTo(Duration.ZERO) > 0) {
          return;
        }
      } catch (Death death) {
        restart();
      }
    }
    throw new AssertionError("site " + code + " does not come to rest");
  }

  private Duration step() throws Exception {
    if (parent.isPresent()) {
      poll.step();
    }
    Duration wait = allDue(distributor);
    if (parent.isPresent()) {
      Duration telling = courier.step();
      return telling.compareTo(wait) < 0 ? telling : wait;
    }
    return wait;
  }

  /** Carries out in this thread all that is due; how long until something may be. */
  static Duration allDue(Distributor distributor) throws Failure, InterruptedException {
    while (true) {
      switch (distributor.next()) {
        case Distributor.Due due -> due.carryOut();
        case Distributor.Idle idle -> {
          return idle.most();
        }
      }
    }
  }

  Path placeFolder(String name) {
    return folder.resolve("dp-" + name);
  }

  void addPlace(String name) throws Failure {
    packages.addPlace(name, placeFolder(name).toString(), StreamPolicy.SIDECAR);
  }

  @Override
  public void close() throws Failure {
    library.close();
    memory.close();
  }

  /** Calls the parent's desk; every call is noted. */
  private final class Link implements SiteLink {
    private SiteLink desk(String call) throws Failure {
      asked.add(call);
      if (linkIsDown) {
        throw Failure.temporary(
            Code.PARENT_UNREACHABLE, call, "the line is cut", "wait until it is mended");
      }
      Failure failure = parentFails.get(call);
      if (failure != null) {
        throw failure;
      }
      return parent.orElseThrow().children.linkFor(code);
    }

    @Override
    public AssignmentList assignments(String known, Duration most)
        throws Failure, InterruptedException {
      return desk("assignments").assignments(known, most);
    }

    @Override
    public byte[] manifest(Digest manifest, int bytesMax) throws Failure, InterruptedException {
      return desk("manifest").manifest(manifest, bytesMax);
    }

    @Override
    public void chunks(Digest manifest, Ordinals wanted, SegmentSink sink)
        throws Failure, InterruptedException {
      SiteLink desk = desk("chunks");
      Optional<Meanwhile> meanwhile = whileChunksTravel;
      whileChunksTravel = Optional.empty();
      if (meanwhile.isPresent()) {
        meanwhile.get().happen();
      }
      desk.chunks(manifest, wanted, sink);
    }

    @Override
    public void tell(byte[] factLines) throws Failure, InterruptedException {
      desk("tell").tell(factLines);
    }

    @Override
    public void close() {
      // Nothing of its own.
    }
  }
}
