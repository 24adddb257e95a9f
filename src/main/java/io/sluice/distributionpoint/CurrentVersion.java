package io.sluice.distributionpoint;

import io.sluice.content.Disk;
import io.sluice.failure.Code;
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

  /**
   * Switches readers to a version; durable when it returns, and read again.
   *
   * @param symlinks whether symbolic links can be made here
   */
  void set(PackageId id, int version, boolean symlinks) throws Failure {
    Path packageFolder = files.folder(id);
    String target = "v" + version;
    Path link = packageFolder.resolve(LINK);
    Path text = packageFolder.resolve(TEXT);
    if (symlinks) {
      Path fresh = packageFolder.resolve(FRESH_LINK);
      disk.delete(fresh);
      platform.createSymlink(fresh, LinkTarget.of(target.getBytes(StandardCharsets.UTF_8)));
      disk.rename(fresh, link);
      disk.reached("place.current-renamed");
      files.force(packageFolder);
    } else if (disk.list(packageFolder).contains(LINK)) {
      throw cannotReplace(link);
    }
    if (!symlinks || disk.exists(text)) {
      // Beside a link it is of a time when none could be made; some machines may still read it.
      files.write(text, (target + "\n").getBytes(StandardCharsets.UTF_8));
    }
    requireServed(id, version);
  }

  private void requireServed(PackageId id, int version) throws Failure {
    OptionalInt served = of(id);
    if (served.isEmpty() || served.getAsInt() != version) {
      throw Failure.temporary(
          Code.PLACE_VERIFY_FAILED,
          "switching " + id + " to version " + version + " in " + files.folder(id),
          "read again, it serves " + (served.isEmpty() ? "none" : "v" + served.getAsInt()),
          "see who else changes it; Sluice tries again by itself");
    }
  }

  private static Failure cannotReplace(Path link) {
    return Failure.permanent(
        Code.PLACE_UNAVAILABLE,
        "replacing " + link,
        "it is a symbolic link, and none can be made here any more",
        "let links be made again, or delete it: Sluice then writes " + TEXT + " beside it");
  }
}
