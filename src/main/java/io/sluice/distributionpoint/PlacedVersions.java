package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Stop;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a distribution point's records say is in its folder, read without taking it. */
public final class PlacedVersions {
  private PlacedVersions() {}

  /**
   * A version that was made in a folder.
   *
   * @param name {@code PACKAGE@N}
   * @param folder where its tree is
   * @param sidecar where its streams are that the file system does not hold, if there are any
   */
  public record One(String name, Digest manifest, Path folder, Optional<Path> sidecar) {}

  /** True if a distribution point keeps its records in this folder. */
  public static boolean isPlace(Disk disk, Path folder) throws Failure {
    return files(disk, folder).isMarked();
  }

  /** Every version there is a record of. */
  public static List<One> of(Disk disk, Path folder) throws Failure {
    PlaceFiles files = files(disk, folder);
    List<One> all = new ArrayList<>();
    for (PlaceFiles.Numbered one : files.records()) {
      Optional<PlaceFiles.Placement> placement = files.placement(one.id(), one.version());
      placement.ifPresent(found -> all.add(version(files, one, found)));
    }
    return all;
  }

  private static One version(
      PlaceFiles files, PlaceFiles.Numbered one, PlaceFiles.Placement placement) {
    Path sidecar = files.sidecar(one.id(), one.version());
    return new One(
        one.id() + "@" + one.version(),
        placement.manifest(),
        files.version(one.id(), one.version()),
        placement.placed().hasSidecar() ? Optional.of(sidecar) : Optional.empty());
  }

  private static PlaceFiles files(Disk disk, Path folder) {
    return new PlaceFiles(disk, new Stop("the distribution point in " + folder), folder);
  }
}
