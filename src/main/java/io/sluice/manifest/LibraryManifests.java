package io.sluice.manifest;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The manifests a content library keeps, read one at a time: what they need and what is there. */
public final class LibraryManifests implements Library.Roots {
  private final Library library;

  public LibraryManifests(Library library) {
    this.library = library;
  }

  /**
   * A manifest some of whose chunks are not held.
   *
   * @param chunks how many different ones it has
   * @param missing those that are not held, in the manifest's order
   */
  public record Incomplete(Digest manifest, int chunks, List<Frame.Chunk> missing) {
    public Incomplete {
      missing = List.copyOf(missing);
    }
  }

  /**
   * What is wrong with the manifests.
   *
   * @param unreadable why, one each
   */
  public record Audit(List<Failure> unreadable, List<Incomplete> incomplete) {
    public Audit {
      unreadable = List.copyOf(unreadable);
      incomplete = List.copyOf(incomplete);
    }
  }

  /** Reads every manifest and looks whether its chunks are held; no chunk is read. */
  public Audit audit() {
    List<Failure> unreadable = new ArrayList<>();
    List<Incomplete> incomplete = new ArrayList<>();
    for (Digest document : library.documents()) {
      try {
        Incomplete found = missing(read(document));
        if (!found.missing.isEmpty()) {
          incomplete.add(found);
        }
      } catch (Failure e) {
        unreadable.add(e);
      }
    }
    return new Audit(unreadable, incomplete);
  }

  /**
   * Visits the chunks of every manifest.
   *
   * @throws Failure that of the first manifest that cannot be read, naming all of them
   */
  @Override
  public void visit(Consumer<Frame.Chunk> needed) throws Failure {
    List<Failure> unreadable = visitReadable(needed);
    if (!unreadable.isEmpty()) {
      throw unreadable.getFirst().about(unreadable.stream().map(Failure::what).toList());
    }
  }

  /** Visits the chunks of every manifest that can be read; answers why the others cannot. */
  public List<Failure> visitReadable(Consumer<Frame.Chunk> needed) {
    List<Failure> unreadable = new ArrayList<>();
    for (Digest document : library.documents()) {
      try {
        read(document).chunks().forEach(needed);
      } catch (Failure e) {
        unreadable.add(e);
      }
    }
    return unreadable;
  }

  private Manifest read(Digest document) throws Failure {
    byte[] stored = library.storedDocument(document);
    try {
      return StoredManifest.chunksOnly(stored);
    } catch (Failure e) {
      // The reader of bytes does not know whose they are.
      throw Failure.permanent(e.code(), "reading manifest " + document, e.why(), e.next())
          .because(e);
    }
  }

  private Incomplete missing(Manifest manifest) {
    Set<Digest> seen = new HashSet<>();
    List<Frame.Chunk> missing = new ArrayList<>();
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (seen.add(chunk.digest()) && !library.holds(chunk.digest())) {
        missing.add(chunk);
      }
    }
    return new Incomplete(manifest.digest(), seen.size(), missing);
  }
}
