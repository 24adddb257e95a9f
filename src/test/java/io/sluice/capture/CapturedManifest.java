package io.sluice.capture;

import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;

/** The manifest a capture made, read from the library it went to. */
public final class CapturedManifest {
  private CapturedManifest() {}

  public static Manifest of(Library library, Captured captured) throws Failure {
    return StoredManifest.whole(library.storedDocument(captured.manifest()));
  }
}
