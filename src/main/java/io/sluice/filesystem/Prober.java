package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds out by trying what a file system can hold: what was written must read back the same. Works
 * through the platform's own methods, in a temporary directory inside the one asked about, which is
 * removed again.
 */
final class Prober {
  private static final String PROBE = ".sluice-probe-";
  private static final int PROBES_MAX = 1_000;

  /** A stream of more than any attribute can be: where this is held there is no limit. */
  private static final int BEYOND_ATTRIBUTES = 1 << 20;

  private static final int ATTRIBUTE_BYTES_MAX = 65_536;
  private static final int SIDE_BY_SIDE = 4;
  private static final Name STREAM = Name.of("s");

  private static final long[] UNITS = {1, 100, 1_000, 1_000_000, 1_000_000_000, 2_000_000_000};

  /** The year 1, NTFS's first day, the ends of 32 bits, FAT's first day. */
  private static final long[] EARLIEST = {
    -62_135_596_800L, -11_644_473_600L, -2_147_483_648L, 0, 315_619_200L
  };

  /** The year 9999, ext4's last day, FAT's last day, the ends of 32 bits. */
  private static final long[] LATEST = {
    253_402_300_798L, 15_032_385_534L, 4_354_732_800L, 4_294_967_294L, 2_147_483_646L
  };

  /** Names that every file system of today holds as they are. */
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-]?");

  private static final Pattern DEVICE =
      Pattern.compile(
          "(CON|PRN|AUX|NUL|CLOCK\\$|(COM|LPT)[0-9])(\\..*)?", Pattern.CASE_INSENSITIVE);

  private final Platform platform;
  private final Path directory;

  Prober(Platform platform, Path directory) {
    this.platform = platform;
    this.directory = directory;
  }

  static boolean isTrial(Name name) {
    return name.toString().startsWith(PROBE);
  }

  /** What is tried in the temporary directory. */
  private interface Trial<T> {
    T in(Path probe) throws Failure;
  }

  StreamCapacity streams() throws Failure {
    return trying(
        probe -> {
          Path file = file(probe, "streams");
          if (!holds(file, STREAM, 1)) {
            return StreamCapacity.NONE;
          }
          if (holds(file, STREAM, BEYOND_ATTRIBUTES)) {
            return StreamCapacity.UNLIMITED;
          }
          int longest = longest(size -> holds(file, STREAM, size));
          boolean more = true;
          for (int i = 1; more && i < SIDE_BY_SIDE; i++) {
            more = holds(file, Name.of("s" + i), longest);
          }
          long together = more ? Long.MAX_VALUE : StreamCapacity.cost(new Stream(STREAM, longest));
          return new StreamCapacity(longest, together);
        });
  }

  EntryCapacity entries() throws Failure {
    return trying(
        probe -> {
          Path file = file(probe, "file");
          Path link = probe.resolve("link");
          boolean symlinks = succeeds(() -> platform.createSymlink(link, target("file")));
          boolean hardLinks = succeeds(() -> platform.createHardLink(probe.resolve("other"), file));
          boolean modes = keepsMode(file, 0640) && keepsMode(file, 0751);
          // A link that looks like something else when read back is no link.
          boolean real = symlinks && platform.facts(link).kind() == Facts.Kind.SYMLINK;
          Optional<TimeCapacity> linkTimes = real ? times(link) : Optional.empty();
          return new EntryCapacity(
              modes, real, hardLinks, times(file), linkTimes, properties(probe));
        });
  }

  private PropertyCapacity properties(Path probe) throws Failure {
    Path file = file(probe, "properties");
    boolean special = keepsSpecialMode(file);
    Set<Name> keys = new HashSet<>();
    for (Property sample : PropertyCapacity.SAMPLES) {
      if (keeps(file, sample)) {
        keys.add(PropertyCapacity.kind(sample.key()));
      }
    }
    if (keeps(probe, Property.of(Property.ACL_DEFAULT, "u::rwx,g::r-x,o::r-x"))) {
      keys.add(Property.ACL_DEFAULT);
    }
    Path link = probe.resolve("reparse");
    if (succeeds(() -> platform.createSymlink(link, target("file")))
        && keeps(link, PropertyCapacity.LINK_SAMPLE)) {
      keys.add(Property.REPARSE);
    }
    // A descriptor is judged by the volume: the one a new file has must be taken back.
    Facts facts = platform.facts(file);
    Optional<Property> descriptor =
        properties(file, facts).filter(p -> p.key().equals(Property.SECURITY_DESCRIPTOR)).findAny();
    if (descriptor.isPresent() && keeps(file, descriptor.get())) {
      keys.add(Property.SECURITY_DESCRIPTOR);
    }
    return new PropertyCapacity(special, false, keys);
  }

  private boolean keepsSpecialMode(Path file) throws Failure {
    return succeeds(() -> platform.setAttributes(file, new Attributes(06755, 1_000_000_000L, 0)))
        && platform.facts(file).more().specialMode() == 06000;
  }

  private boolean keeps(Path entry, Property sample) {
    return succeeds(
            () ->
                platform.setAttributes(
                    entry, new Attributes(0755, 1_000_000_000L, 0, List.of(sample))))
        && reads(entry, sample);
  }

  private boolean reads(Path entry, Property sample) {
    try {
      return properties(entry, platform.facts(entry)).anyMatch(sample::equals);
    } catch (Failure e) {
      return false;
    }
  }

  private java.util.stream.Stream<Property> properties(Path entry, Facts facts) throws Failure {
    return platform.streams(entry, facts, Keep.EVERYTHING).properties().stream();
  }

  NameCapacity names(int pathBytesMax) throws Failure {
    return trying(
        probe -> {
          file(probe, "sluice-case");
          boolean caseSensitive = !exists(probe.resolve("SLUICE-CASE"));
          boolean formSensitive = true;
          Name composed = Name.of("caf\u00e9");
          if (succeeds(() -> platform.createFile(platform.child(probe, composed)).close())) {
            formSensitive =
                platform.children(probe).contains(composed)
                    && !exists(platform.child(probe, Name.of("cafe\u0301")));
          }
          return new NameCapacity(caseSensitive, formSensitive, pathBytesMax);
        });
  }

  /** True if these are one name here. */
  boolean isOne(Name one, Name other) throws Failure {
    return trying(
        probe -> {
          platform.createDirectory(platform.child(probe, one));
          return exists(platform.child(probe, other));
        });
  }

  /** Those of the names that no entry can have here, in the order given. */
  List<Name> unsupported(Collection<Name> names) throws Failure {
    return trying(
        probe -> {
          List<Name> unsupported = new ArrayList<>();
          // Some mounts show every name in lower case: there none is taken for granted.
          boolean asGiven = holdsName(probe, Name.of("Sluice"));
          for (Name name : names) {
            if (!(asGiven && isPlain(name)) && !holdsName(probe, name)) {
              unsupported.add(name);
            }
          }
          return unsupported;
        });
  }

  /** Those of the targets that no symbolic link can have here, in the order given. */
  List<LinkTarget> unsupportedTargets(Collection<LinkTarget> targets) throws Failure {
    return trying(
        probe -> {
          List<LinkTarget> unsupported = new ArrayList<>();
          Path link = probe.resolve("link");
          for (LinkTarget target : targets) {
            boolean held =
                succeeds(() -> platform.createSymlink(link, target))
                    && platform.facts(link).target().equals(Optional.of(target));
            if (!held) {
              unsupported.add(target);
            }
            clear(probe);
          }
          return unsupported;
        });
  }

  private static boolean isPlain(Name name) {
    return name.text()
        .filter(text -> PLAIN.matcher(text).matches() && !text.endsWith("."))
        .filter(text -> !DEVICE.matcher(text).matches())
        .isPresent();
  }

  private boolean holdsName(Path probe, Name name) throws Failure {
    Path file;
    try {
      file = platform.child(probe, name);
      platform.createFile(file).close();
    } catch (Failure e) {
      if (e.code() == Code.NAME_UNSUPPORTED) {
        return false;
      }
      throw e;
    } catch (IOException e) {
      throw unavailable(e);
    }
    boolean same = platform.children(probe).equals(List.of(name));
    clear(probe);
    return same;
  }

  private boolean keepsMode(Path file, int mode) throws Failure {
    platform.setAttributes(file, new Attributes(mode, 1_000_000_000L, 0));
    return platform.facts(file).attributes().mode() == mode;
  }

  private Optional<TimeCapacity> times(Path entry) throws Failure {
    long unit = unit(entry, 1_000_000_001L);
    if (unit == 0) {
      return Optional.empty();
    }
    long early = unit(entry, -1_000_000_001L);
    return Optional.of(
        new TimeCapacity(
            unit, early == 0 ? unit : early, bound(entry, EARLIEST), bound(entry, LATEST)));
  }

  /** The finest step of times around this second; 0 if none is kept. */
  private long unit(Path entry, long seconds) throws Failure {
    for (long unit : UNITS) {
      TimeCapacity capacity = new TimeCapacity(unit, unit, Long.MIN_VALUE, Long.MAX_VALUE);
      Attributes fine = new Attributes(0600, seconds, 123_456_789);
      if (keepsTime(entry, fine, capacity.nearest(fine))) {
        return unit;
      }
    }
    return 0;
  }

  private long bound(Path entry, long[] candidates) throws Failure {
    for (long seconds : candidates) {
      Attributes exact = new Attributes(0600, seconds, 0);
      if (keepsTime(entry, exact, exact)) {
        return seconds;
      }
    }
    return candidates[candidates.length - 1];
  }

  private boolean keepsTime(Path entry, Attributes set, Attributes expected) throws Failure {
    if (!succeeds(() -> platform.setAttributes(entry, set))) {
      return false;
    }
    Attributes read = platform.facts(entry).attributes();
    return read.mtimeSeconds() == expected.mtimeSeconds()
        && read.mtimeNanos() == expected.mtimeNanos();
  }

  /** The greatest size that is held, by halving; the sizes up to it are held too. */
  private static int longest(Predicate<Integer> holds) {
    if (holds.test(ATTRIBUTE_BYTES_MAX)) {
      return ATTRIBUTE_BYTES_MAX;
    }
    int held = 1;
    int tooLong = ATTRIBUTE_BYTES_MAX;
    while (tooLong - held > 1) {
      int middle = (held + tooLong) >>> 1;
      if (holds.test(middle)) {
        held = middle;
      } else {
        tooLong = middle;
      }
    }
    return held;
  }

  private boolean holds(Path file, Name name, int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) 0x5a);
    try {
      try (OutputStream out = platform.writeStream(file, new Stream(name, size))) {
        out.write(bytes);
      }
      try (InputStream in = platform.readStream(file, name)) {
        return platform.streams(file).contains(new Stream(name, size))
            && Arrays.equals(in.readAllBytes(), bytes);
      }
    } catch (IOException | Failure e) {
      // Whatever the reason: it is not held.
      return false;
    }
  }

  private boolean exists(Path entry) {
    return succeeds(() -> platform.facts(entry));
  }

  /** What may fail without harm. */
  private interface Attempt {
    void run() throws Failure, IOException;
  }

  private static boolean succeeds(Attempt attempt) {
    try {
      attempt.run();
      return true;
    } catch (Failure | IOException e) {
      return false;
    }
  }

  private static LinkTarget target(String text) {
    return LinkTarget.of(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private Path file(Path probe, String name) throws Failure {
    Path file = probe.resolve(name);
    try {
      platform.createFile(file).close();
    } catch (IOException e) {
      throw unavailable(e);
    }
    return file;
  }

  private <T> T trying(Trial<T> trial) throws Failure {
    Path free = free();
    platform.createDirectory(free);
    try (ProbeFolder probe = new ProbeFolder(free)) {
      return trial.in(probe.path);
    }
  }

  /** Removed when a trial ends, however it ends. */
  private final class ProbeFolder implements AutoCloseable {
    private final Path path;

    ProbeFolder(Path path) {
      this.path = path;
    }

    @Override
    public void close() throws Failure {
      remove(path);
    }
  }

  private void remove(Path probe) throws Failure {
    clear(probe);
    try {
      Files.deleteIfExists(probe);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private Path free() throws Failure {
    for (int i = 0; i < PROBES_MAX; i++) {
      Path probe = directory.resolve(PROBE + i);
      if (!exists(probe)) {
        return probe;
      }
    }
    throw Failure.permanent(
        Code.PLACE_UNAVAILABLE,
        "trying what " + directory + " can hold",
        "it is full of folders called " + PROBE + "N",
        "delete them");
  }

  private void clear(Path probe) throws Failure {
    try {
      for (Name name : platform.children(probe)) {
        Files.deleteIfExists(PathNames.child(probe, name));
      }
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private Failure unavailable(IOException e) {
    return Failure.temporary(
            Code.PLACE_UNAVAILABLE,
            "trying what " + directory + " can hold",
            String.valueOf(e.getMessage()),
            "make the folder writable for the user Sluice runs as")
        .because(e);
  }
}
