package io.sluice.cli;

import io.sluice.api.SiteClient;
import io.sluice.api.Views;
import io.sluice.content.Digest;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options by which a command finds versions: in a content library, named by digest, or at a
 * site whose server runs, named PACKAGE@N. A library is read beside a server or a capture that
 * writes to it.
 */
final class VersionAccess {
  /** What a version may be called, for the description of a parameter. */
  static final String NAMES = "its digest, 12 and more digits of it, or PACKAGE@N";

  private static final Pattern NUMBERED =
      Pattern.compile("([A-Z][A-Z0-9]{2,7}-[1-9][0-9]{0,14})@([1-9][0-9]{0,8})");

  @Option(
      names = "--library",
      paramLabel = "DIR",
      description = "the content library's folder (else the library of --data)")
  private @Nullable Path folder;

  @Mixin private ServerAccess server = new ServerAccess();

  /** True if this is the name of a version and not, say, of a folder. */
  static boolean isVersion(String name) {
    return NUMBERED.matcher(name).matches() || name.matches("[0-9a-f]{12,64}");
  }

  /**
   * The library the versions are in, to be read from. Where nobody else has it, it is taken, so
   * that damage found by reading is remembered.
   */
  Library open() throws Failure {
    try {
      return LibraryAccess.open(named());
    } catch (Failure e) {
      if (e.code() != Code.LIBRARY_IN_USE) {
        throw e;
      }
      return openForReading();
    }
  }

  /** The library for who only looks at it: nobody is kept from it meanwhile. */
  Library openForReading() throws Failure {
    return LibraryAccess.openForReading(named());
  }

  private Path named() {
    Path named = folder == null ? server.folder().resolve("library") : folder;
    return named.toAbsolutePath();
  }

  /** The manifest of a version, verified. */
  Manifest manifest(Library library, String name) throws Failure, InterruptedException {
    Matcher numbered = NUMBERED.matcher(name);
    Digest digest = library.resolveDocument(numbered.matches() ? digest(numbered) : name);
    return StoredManifest.whole(library.storedDocument(digest));
  }

  private String digest(Matcher numbered) throws Failure, InterruptedException {
    try (SiteClient client = server.connect()) {
      String path = "/v0/packages/" + numbered.group(1) + "/versions/" + numbered.group(2);
      return client.get(path, Views.VersionName.class).manifest();
    }
  }
}
