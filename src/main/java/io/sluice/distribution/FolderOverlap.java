package io.sluice.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether two folders are the same or one lies in the other, by path or by what the paths lead to:
 * a symbolic link, another mount or another spelling of a folder is still that folder. Folders need
 * not exist.
 */
final class FolderOverlap {
  private FolderOverlap() {}

  static boolean overlap(Path one, Path other) {
    Path a = real(one);
    Path b = real(other);
    return isWithin(a, b) || isWithin(b, a);
  }

  /** A folder that is not there yet lies where its first existing parent really is. */
  private static Path real(Path folder) {
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

  private static boolean isWithin(Path inner, Path outer) {
    if (inner.startsWith(outer)) {
      return true;
    }
    Optional<Object> wanted = identity(outer);
    for (@Nullable Path at = inner; at != null && wanted.isPresent(); at = at.getParent()) {
      if (identity(at).equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Object> identity(Path folder) {
    try {
      return Optional.ofNullable(Files.readAttributes(folder, BasicFileAttributes.class).fileKey());
    } catch (IOException unseen) {
      // What cannot be looked at cannot be compared; the paths were.
      return Optional.empty();
    }
  }
}
