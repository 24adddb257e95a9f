package io.sluice.filesystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Numbers of users and groups that this machine knows by name, from its own files. */
public final class Principals {
  /** Longer files are directories of another kind; they are not looked through. */
  private static final long BYTES_MAX = 4 << 20;

  private Principals() {}

  /**
   * The number of a name.
   *
   * @param which {@code uid} or {@code gid}
   */
  public static OptionalInt id(String name, String which) {
    String file = which.equals("uid") ? "passwd" : "group";
    Path list = FileSystems.getDefault().getPath("/", "etc", file);
    try {
      if (Files.size(list) > BYTES_MAX) {
        return OptionalInt.empty();
      }
      try (Stream<String> lines = Files.lines(list, StandardCharsets.ISO_8859_1)) {
        List<String> found = lines.filter(line -> line.startsWith(name + ":")).limit(1).toList();
        return found.isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(Integer.parseUnsignedInt(found.getFirst().split(":", -1)[2]));
      }
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Not to be had here: the number counts.
      return OptionalInt.empty();
    }
  }
}
