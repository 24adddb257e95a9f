package io.sluice.cli;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a content library, and opening it for one command. */
final class LibraryAccess {
  @Option(
      names = "--library",
      paramLabel = "DIR",
      required = true,
      description = "the content library's folder; capture makes it if it is not there")
  private @Nullable Path folder;

  /** The manifest a digest or unique prefix names, verified. */
  static Manifest manifest(Library library, String digestOrPrefix) throws Failure {
    Digest digest = library.resolveDocument(digestOrPrefix);
    return StoredManifest.whole(library.storedDocument(digest));
  }

  Path folder() {
    if (folder == null) {
      throw new IllegalStateException("the option is required");
    }
    return folder.toAbsolutePath();
  }

  /** Opens the library, making it if it is not there; this process alone has it until closed. */
  Library openOrCreate() throws Failure {
    return Library.open(new HostDisk(), folder());
  }

  /** Opens a library that must be there. */
  Library open() throws Failure {
    return open(folder());
  }

  /** Opens a library that must be there, beside whoever has it, to read from it only. */
  Library openForReading() throws Failure {
    return openForReading(folder());
  }

  /** Opens the library in a folder, which must be there. */
  static Library open(Path folder) throws Failure {
    requireThere(folder);
    return Library.open(new HostDisk(), folder);
  }

  /** The same beside whoever has it, to read from it only. */
  static Library openForReading(Path folder) throws Failure {
    requireThere(folder);
    return Library.openForReading(new HostDisk(), folder);
  }

  private static void requireThere(Path folder) throws Failure {
    if (!Files.exists(folder.resolve("FORMAT"))) {
      throw Failure.permanent(
          Code.LIBRARY_MISSING,
          "opening the content library " + folder,
          Files.isDirectory(folder) ? "the folder is not a library" : "there is no such folder",
          "name the folder that \"sluice capture\" was given with --library");
    }
  }
}
