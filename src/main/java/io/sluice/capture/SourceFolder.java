package io.sluice.capture;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the folder to capture and refuses one that overlaps a forbidden folder. */
final class SourceFolder {
  private final Platform platform;

  SourceFolder(Platform platform) {
    this.platform = platform;
  }

  /**
   * The source's real path, symbolic links resolved.
   *
   * @throws Failure SOURCE_MISSING, SOURCE_UNREADABLE or SOURCE_OVERLAPS, naming all folders it
   *     overlaps
   */
  Path find(Path source, List<Path> forbidden) throws Failure {
    Path real = real(source);
    if (platform.facts(real).kind() != Facts.Kind.DIRECTORY) {
      throw missing(source, "it is not a folder");
    }
    List<String> overlapping = new ArrayList<>();
    for (Path folder : forbidden) {
      Path other = realAsFarAsItExists(folder);
      if (isWithin(real, other)) {
        overlapping.add(
            real.equals(other) ? folder + " is the source" : folder + " holds the source");
      } else if (isWithin(other, real)) {
        overlapping.add(folder + " is in the source");
      }
    }
    if (!overlapping.isEmpty()) {
      throw Failure.permanent(
              Code.SOURCE_OVERLAPS,
              "capturing " + source,
              "a version would hold what Sluice keeps or places itself",
              "capture a folder apart from libraries and distribution points")
          .about(overlapping);
    }
    return real;
  }

  private static Path real(Path source) throws Failure {
    try {
      return source.toRealPath();
    } catch (NoSuchFileException e) {
      throw missing(source, "there is nothing of that name").because(e);
    } catch (IOException e) {
      throw Failure.permanent(
              Code.SOURCE_UNREADABLE,
              "capturing " + source,
              "its path cannot be followed: " + e.getMessage(),
              "check the permissions of the folders above it and any symbolic links")
          .because(e);
    }
  }

  private static Failure missing(Path source, String why) {
    return Failure.permanent(
        Code.SOURCE_MISSING, "capturing " + source, why, "check the path of the source folder");
  }

  /** A folder that is not there yet lies where its first existing parent really is. */
  private static Path realAsFarAsItExists(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    Path at = absolute;
    while (!Files.exists(at) && at.getParent() != null) {
      at = at.getParent();
    }
    try {
      return at.toRealPath().resolve(at.relativize(absolute)).normalize();
    } catch (IOException unseen) {
      return absolute;
    }
  }

  /**
   * True if {@code inner} is {@code outer} or below it, by path or by identity: another mount or
   * another spelling of a folder is still that folder.
   */
  private boolean isWithin(Path inner, Path outer) {
    if (inner.startsWith(outer)) {
      return true;
    }
    Optional<FolderId> wanted = id(outer);
    for (@Nullable Path at = inner; at != null && wanted.isPresent(); at = at.getParent()) {
      if (id(at).equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  private record FolderId(long device, long inode) {}

  private Optional<FolderId> id(Path folder) {
    if (!Files.exists(folder)) {
      return Optional.empty();
    }
    try {
      return platform
          .facts(folder)
          .identity()
          .map(identity -> new FolderId(identity.device(), identity.inode()));
    } catch (Failure unseen) {
      // What cannot be looked at cannot be compared; the paths were.
      return Optional.empty();
    }
  }
}
