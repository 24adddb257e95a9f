package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A sidecar as a folder (docs/formats/sidecar.md): which of its files holds which stream. */
public final class SidecarFolder {
  private SidecarFolder() {}

  /** A named stream of an entry. */
  public record StreamOf(EntryPath entry, Name name) {}

  /**
   * The files of a sidecar by the streams they hold; none if there is no such folder.
   *
   * @param manifest whose sidecar it must be
   * @throws Failure CONTENT_CORRUPT if the list is damaged or another manifest's
   */
  public static Map<StreamOf, Path> streams(Path folder, Digest manifest) throws Failure {
    Map<StreamOf, Path> files = new LinkedHashMap<>();
    Path list = folder.resolve(Sidecar.LIST);
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return files;
    }
    try {
      for (Sidecar.Line line : Sidecar.parse(Files.readAllBytes(list), manifest).streams()) {
        files.put(new StreamOf(line.path(), line.stream()), folder.resolve(line.file()));
      }
    } catch (IOException | IllegalArgumentException e) {
      throw Failure.permanent(
              Code.CONTENT_CORRUPT,
              "reading the sidecar " + folder,
              e.getMessage() == null ? e.toString() : e.getMessage(),
              "place or restore the version again")
          .because(e);
    }
    return files;
  }
}
