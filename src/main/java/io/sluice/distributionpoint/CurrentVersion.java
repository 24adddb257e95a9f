package io.sluice.distributionpoint;

import io.sluice.content.Disk;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.PackageId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which version of a package readers get: the symbolic link {@code current}, replaced in one step
 * by renaming another over it. Where no symbolic links can be made, the text file {@code
 * current.txt} with the version folder's name.
 */
final class CurrentVersion {
  private static final String LINK = "current";
  private static final String FRESH_LINK = ".current.new";
  private static final String TEXT = "current.txt";
  private static final Pattern VERSION = Pattern.compile("v([1-9][0-9]{0,8})");

  private final Platform platform;
  private final Disk disk;
  private final PlaceFiles files;

  CurrentVersion(Platform platform, Disk disk, PlaceFiles files) {
    this.platform = platform;
    this.disk = disk;
    this.files = files;
  }

  /**
   * The version served; empty if none. PLACE_NOT_OURS if what stands there is not of our making.
   */
  OptionalInt of(PackageId id) throws Failure {
    Path packageFolder = files.folder(id);
    if (!disk.exists(packageFolder)) {
      return OptionalInt.empty();
    }
    Path link = packageFolder.resolve(LINK);
    if (disk.list(packageFolder).contains(LINK)) {
      Facts facts = platform.facts(link);
      String target = facts.target().map(LinkTarget::toString).orElse("a " + facts.kind());
      return parse(link, target);
    }
    Path text = packageFolder.resolve(TEXT);
    if (disk.exists(text)) {
      return parse(text, new String(files.read(text), StandardCharsets.UTF_8).strip());
    }
    return OptionalInt.empty();
  }

  private static OptionalInt parse(Path where, String target) throws Failure {
    Matcher matcher = VERSION.matcher(target);
    if (!matcher.matches()) {
      throw PlaceFiles.notOurs(where, "it names \"" + target + "\" and not a version folder");
    }
    return OptionalInt.of(Integer.parseInt(matcher.group(1)));
  }

  /** Switches readers to a version; durable when it returns. */
  void set(PackageId id, int version) throws Failure {
    Path packageFolder = files.folder(id);
    String target = "v" + version;
    if (!platform.entryCapacity(files.building()).symlinks()) {
      files.write(packageFolder.resolve(TEXT), (target + "\n").getBytes(StandardCharsets.UTF_8));
      return;
    }
    Path fresh = packageFolder.resolve(FRESH_LINK);
    disk.delete(fresh);
    platform.createSymlink(fresh, LinkTarget.of(target.getBytes(StandardCharsets.UTF_8)));
    disk.rename(fresh, packageFolder.resolve(LINK));
    disk.forceDirectory(packageFolder);
  }
}
