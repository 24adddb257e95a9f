package io.sluice.cli;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.distributionpoint.Difference;
import io.sluice.distributionpoint.PlacedVersions;
import io.sluice.distributionpoint.Verifier;
import io.sluice.distributionpoint.VersionGuess;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Threads;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares versions with their content in the library and with folders.
 *
 * @param asHeld true to leave out what a folder's file system does not hold
 */
record FolderChecks(Platform platform, Threads threads, Library library, boolean asHeld) {
  /** Reads every byte of a version in the library. */
  static Verified inLibrary(Library library, Manifest manifest) throws Failure {
    List<String> problems = new ArrayList<>();
    Set<Digest> seen = new HashSet<>();
    byte[] plain = new byte[Frame.Chunk.BYTES_MAX];
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (seen.add(chunk.digest())) {
        try {
          library.read(chunk.digest(), plain, 0);
        } catch (Failure failure) {
          if (failure.code() != Code.CONTENT_CORRUPT && failure.code() != Code.CONTENT_MISSING) {
            throw failure;
          }
          problems.add(failure.getMessage());
        }
      }
    }
    return new Verified(manifest, "", problems);
  }

  /** A folder, with the streams kept beside it in FOLDER.sidecar. */
  Verified check(Manifest manifest, Path folder) throws Failure, InterruptedException {
    Path beside = folder.resolveSibling(folder.getFileName() + ".sidecar");
    boolean exists = Files.exists(beside, LinkOption.NOFOLLOW_LINKS);
    return check(manifest, folder, exists ? Optional.of(beside) : Optional.empty());
  }

  /** A version placed at a distribution point. */
  Verified check(Manifest manifest, PlacedVersions.One placed)
      throws Failure, InterruptedException {
    return check(manifest, placed.folder(), placed.sidecar());
  }

  private Verified check(Manifest manifest, Path folder, Optional<Path> sidecar)
      throws Failure, InterruptedException {
    Verifier verifier = new Verifier(platform, threads, library);
    List<Difference> found =
        asHeld && Files.isDirectory(folder)
            ? verifier.compare(manifest, folder, sidecar, platform.entryCapacity(folder))
            : verifier.compare(manifest, folder, sidecar);
    return new Verified(
        manifest, folder.toString(), found.stream().map(Difference::toString).toList());
  }

  /**
   * The version in the library that a folder is most like.
   *
   * @throws Failure NOT_FOUND if there is none it has anything in common with
   */
  Manifest mostLike(Path folder) throws Failure, InterruptedException {
    VersionGuess guess = new VersionGuess(platform, folder);
    Optional<Manifest> best = Optional.empty();
    double likeness = 0;
    for (Digest digest : library.documents()) {
      Manifest manifest = LibraryAccess.manifest(library, digest.hex());
      double like = guess.likeness(manifest);
      if (like > likeness) {
        best = Optional.of(manifest);
        likeness = like;
      }
    }
    return best.orElseThrow(
        () ->
            Failure.permanent(
                Code.NOT_FOUND,
                "looking for the version that is in " + folder,
                "no version in " + library.folder() + " has anything in common with it",
                "name the version with --against, or another library"));
  }
}
