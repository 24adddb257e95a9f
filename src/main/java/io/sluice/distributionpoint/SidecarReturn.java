package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.StreamCapacity;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts what a sidecar keeps back to the entries of a folder that can hold it, such as a copy of the
 * version on NTFS. Looks at everything before the first byte, reads back what it wrote, and is the
 * same if it is done twice. No link is followed. For one thread.
 */
public final class SidecarReturn {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Platform platform;
  private final Path sidecar;
  private final Path folder;
  private final Map<EntryPath, Wanted> wanted = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  /** What the entries have, before anything touches their times. */
  private final Map<EntryPath, Attributes> before = new LinkedHashMap<>();

  /** Those of the entries' folders that are folders there, too. */
  private final Set<EntryPath> walked = new HashSet<>();

  public SidecarReturn(Platform platform, Path sidecar, Path folder) {
    this.platform = platform;
    this.sidecar = sidecar;
    this.folder = folder;
  }

  /** What one entry gets back. */
  private record Wanted(List<Sidecar.Line> streams, Map<Name, Property> properties) {
    boolean isReparsePoint() {
      return properties.keySet().stream().anyMatch(NtfsReparse::isData);
    }
  }

  /** What was put back. */
  public record Returned(long entries, long streams, long attributes) {}

  /**
   * Puts everything back; durable on return.
   *
   * @throws Failure CONTENT_CORRUPT if the sidecar is damaged; DIFFERS listing every entry that is
   *     not there; STREAMS_UNSUPPORTED listing all that the folder cannot hold; all these before
   *     anything is written. PLACE_VERIFY_FAILED listing what did not read back the same
   */
  public Returned run() throws Failure, InterruptedException {
    Sidecar.Listed listed = listed();
    // Trying out what the folder holds moves its own time.
    of(EntryPath.ROOT);
    listed.streams().forEach(line -> of(line.path()).streams.add(line));
    listed.attributes().forEach(this::want);
    requireSound(listed.streams());
    requireEntries();
    requireHeld();
    try (Platform.Barrier barrier = platform.barrier(folder)) {
      // A folder comes before what is in it: the other way round its time is set last.
      for (EntryPath path : List.copyOf(wanted.keySet()).reversed()) {
        put(path, of(path));
      }
      barrier.force();
    }
    wanted.forEach(this::readBack);
    refuse(
        Code.PLACE_VERIFY_FAILED, "did not read back the same", "check the disk; then try again");
    return new Returned(wanted.size(), listed.streams().size(), listed.attributes().size());
  }

  private Wanted of(EntryPath path) {
    return wanted.computeIfAbsent(path, p -> new Wanted(new ArrayList<>(), new TreeMap<>()));
  }

  private void want(Sidecar.Attribute one) {
    Property property = one.property();
    if (NtfsReparse.isData(property.key()) && !one.path().isRoot()) {
      // It is made anew, which moves the time of its folder.
      of(one.path().parent());
    }
    of(one.path()).properties.put(property.key(), property);
  }

  private Path path(EntryPath entry) throws Failure {
    return new TreePaths(platform, folder).of(entry);
  }

  private Sidecar.Listed listed() throws Failure {
    Path list = sidecar.resolve(Sidecar.LIST);
    if (platform.facts(list).size().bytes() > Sidecar.LIST_BYTES_MAX) {
      throw corrupt("its list has over " + Sidecar.LIST_BYTES_MAX + " bytes");
    }
    try (InputStream in = platform.read(list)) {
      return Sidecar.parse(in.readAllBytes());
    } catch (IOException | IllegalArgumentException e) {
      throw corrupt(String.valueOf(e.getMessage())).because(e);
    }
  }

  private Failure corrupt(String why) {
    return Failure.permanent(
        Code.CONTENT_CORRUPT,
        "reading the sidecar " + sidecar,
        why,
        "restore the version again, with its sidecar");
  }

  private void requireSound(List<Sidecar.Line> streams) throws Failure, InterruptedException {
    for (Sidecar.Line line : streams) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      try (InputStream in = platform.read(sidecar.resolve(line.file()))) {
        if (!digest(in).equals(line.sha256())) {
          problems.add(line.file() + ": " + line.path() + " : " + line.stream());
        }
      } catch (Failure | IOException e) {
        problems.add(line.file() + ": " + e.getMessage());
      }
    }
    refuse(Code.CONTENT_CORRUPT, "of its files are damaged", "restore the version again");
  }

  private void requireEntries() throws Failure {
    for (EntryPath path : wanted.keySet()) {
      try {
        Facts facts = platform.facts(path(path));
        if (!isBelowFolders(path)) {
          problems.add(path + " is below a link");
        } else if (!canHave(facts.kind(), of(path))) {
          problems.add(path + " is a " + facts.kind());
        }
        before.put(path, facts.attributes());
      } catch (Failure e) {
        problems.add(path + ": " + e.why());
      }
    }
    refuse(
        Code.DIFFERS,
        "entries it speaks of are not in " + folder,
        "copy the whole version there first, links as links");
  }

  /** True if the way to an entry leads through folders, so that no link is followed. */
  private boolean isBelowFolders(EntryPath path) throws Failure {
    if (path.isRoot() || walked.contains(path.parent())) {
      return true;
    }
    EntryPath above = path.parent();
    boolean below =
        isBelowFolders(above) && platform.facts(path(above)).kind() == Facts.Kind.DIRECTORY;
    return below && walked.add(above);
  }

  /** Of links only those get something back that are more than links on NTFS. */
  private static boolean canHave(Facts.Kind kind, Wanted one) {
    return switch (kind) {
      case FILE, DIRECTORY -> !one.isReparsePoint();
      case SYMLINK -> one.isReparsePoint() && one.streams.isEmpty();
      case SPECIAL -> false;
    };
  }

  private void requireHeld() throws Failure {
    StreamCapacity streams = platform.streamCapacity(folder);
    EntryCapacity entries = platform.entryCapacity(folder);
    wanted.forEach(
        (path, one) -> {
          List<Stream> all = one.streams.stream().map(SidecarReturn::stream).toList();
          if (!all.isEmpty() && !streams.holds(all)) {
            problems.add(path + ": its streams");
          }
          for (Property property : one.properties.values()) {
            if (!entries.properties().holds(property)) {
              problems.add(path + ": " + property.key());
            }
          }
        });
    refuse(
        Code.STREAMS_UNSUPPORTED,
        "things cannot be held in " + folder,
        "use a folder on the file system the version was captured from, NTFS for example");
  }

  private static Stream stream(Sidecar.Line line) {
    return new Stream(line.stream(), line.size());
  }

  private void refuse(Code code, String what, String next) throws Failure {
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              code, "putting the sidecar " + sidecar + " back", problems.size() + " " + what, next)
          .about(problems);
    }
  }

  private void put(EntryPath path, Wanted one) throws Failure {
    Path entry = path(path);
    for (Sidecar.Line line : one.streams) {
      try (InputStream in = platform.read(sidecar.resolve(line.file()));
          OutputStream out = platform.writeStream(entry, stream(line))) {
        in.transferTo(out);
      } catch (IOException e) {
        throw TreeWriter.failure(entry + " : " + line.stream(), e);
      }
    }
    // Writing moved the time: it is set again, with the rest.
    Attributes had = Objects.requireNonNull(before.get(path));
    platform.setAttributes(entry, had.with(List.copyOf(one.properties.values())));
  }

  private void readBack(EntryPath path, Wanted one) {
    try {
      Path entry = path(path);
      Streams found = platform.streams(entry, platform.facts(entry), Keep.EVERYTHING);
      for (Property property : one.properties.values()) {
        if (!found.properties().contains(property)) {
          problems.add(path + ": " + property.key());
        }
      }
      for (Sidecar.Line line : one.streams) {
        try (InputStream in = platform.readStream(entry, line.stream())) {
          if (!digest(in).equals(line.sha256())) {
            problems.add(path + " : " + line.stream());
          }
        }
      }
    } catch (Failure | IOException e) {
      problems.add(path + ": " + e.getMessage());
    }
  }

  private static Digest digest(InputStream in) throws IOException {
    MessageDigest sha = Digest.sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      sha.update(buffer, 0, n);
    }
    return Digest.read(sha.digest(), 0);
  }
}
