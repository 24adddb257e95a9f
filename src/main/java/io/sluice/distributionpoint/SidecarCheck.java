package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a sidecar and compares it with itself and with the manifest's streams. */
final class SidecarCheck {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Platform platform;
  private final Differences differences = new Differences();
  private final Map<SidecarPlan.Key, Path> files = new HashMap<>();
  private final Set<Sidecar.Attribute> attributes = new HashSet<>();
  private boolean isThere;

  private SidecarCheck(Platform platform) {
    this.platform = platform;
  }

  static SidecarCheck of(Platform platform, Manifest manifest, Optional<Path> folder) {
    SidecarCheck check = new SidecarCheck(platform);
    if (folder.isPresent()) {
      try {
        check.read(manifest, folder.get());
      } catch (Failure | IOException | IllegalArgumentException e) {
        check.differences.add(
            EntryPath.ROOT,
            Difference.Kind.SIDECAR,
            folder.get() + " cannot be used: " + e.getMessage());
      }
    }
    return check;
  }

  /** Where the streams kept beside are, by entry index and name. */
  Map<SidecarPlan.Key, Path> files() {
    return files;
  }

  /** True if an attribute is kept beside. */
  boolean holds(EntryPath entry, Property property) {
    return attributes.contains(new Sidecar.Attribute(entry, property));
  }

  /** True if there is a sidecar: then what the tree does not hold must be in it. */
  boolean isThere() {
    return isThere;
  }

  List<Difference> differences() {
    return differences.list();
  }

  private void read(Manifest manifest, Path folder) throws Failure, IOException {
    Set<Name> expected = new HashSet<>();
    expected.add(Name.of(Sidecar.LIST));
    Map<EntryPath, Integer> owners = owners(manifest);
    Sidecar.Listed listed = Sidecar.parse(list(folder), manifest.digest());
    attributes.addAll(listed.attributes());
    isThere = true;
    for (Sidecar.Line line : listed.streams()) {
      expected.add(Name.of(line.file()));
      Integer owner = owners.get(line.path());
      Stream stream = new Stream(line.stream(), line.size());
      if (owner == null || !manifest.entries().get(owner).streams().contains(stream)) {
        differences.add(
            line.path(), line.stream(), Difference.Kind.SIDECAR, "the manifest has no such stream");
        continue;
      }
      if (check(line, folder.resolve(line.file()))) {
        SidecarPlan.Key key = new SidecarPlan.Key(owner, line.stream());
        files.put(key, folder.resolve(line.file()));
      }
    }
    for (Name name : platform.children(folder)) {
      if (!expected.contains(name)) {
        differences.add(EntryPath.ROOT, Difference.Kind.SIDECAR, folder + " also holds " + name);
      }
    }
  }

  private static Map<EntryPath, Integer> owners(Manifest manifest) {
    Map<EntryPath, Integer> owners = new HashMap<>();
    int index = 0;
    for (Entry entry : manifest.entries()) {
      if (!entry.streams().isEmpty()) {
        owners.put(entry.path(), index);
      }
      index++;
    }
    return owners;
  }

  private byte[] list(Path folder) throws Failure, IOException {
    Path list = folder.resolve(Sidecar.LIST);
    if (platform.facts(list).size().bytes() > Sidecar.LIST_BYTES_MAX) {
      throw new IOException(list + " has over " + Sidecar.LIST_BYTES_MAX + " bytes");
    }
    try (InputStream in = platform.read(list)) {
      return in.readAllBytes();
    }
  }

  /** True if the file can stand for its stream, whose bytes are then compared as content. */
  private boolean check(Sidecar.Line line, Path file) {
    try {
      Facts facts = platform.facts(file);
      if (facts.kind() != Facts.Kind.FILE || facts.size().bytes() != line.size()) {
        String found = facts.kind() + " of " + facts.size().bytes() + " bytes";
        differences.add(line.path(), line.stream(), Difference.Kind.SIDECAR, "a " + found);
        return false;
      }
      MessageDigest sha = Digest.sha256();
      try (InputStream in = platform.read(file)) {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          sha.update(buffer, 0, n);
        }
      }
      if (!Digest.read(sha.digest(), 0).equals(line.sha256())) {
        differences.add(
            line.path(), line.stream(), Difference.Kind.SIDECAR, "its bytes changed in " + file);
      }
      return true;
    } catch (Failure | IOException e) {
      differences.add(
          line.path(), line.stream(), Difference.Kind.SIDECAR, String.valueOf(e.getMessage()));
      return false;
    }
  }
}
