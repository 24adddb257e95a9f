package io.sluice.transfer;

import io.sluice.content.Digest;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A parent's side of the link straight over a library; remembers what it was asked for. */
public class LibraryLink implements SiteLink {
  private final Library library;
  private final List<Ordinals> asked = new ArrayList<>();
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();
  private int manifestsSent;

  public LibraryLink(Library library) {
    this.library = library;
  }

  @Override
  public String peer() {
    return "parent CEN in this test";
  }

  public synchronized List<Ordinals> asked() {
    return List.copyOf(asked);
  }

  public synchronized int manifestsSent() {
    return manifestsSent;
  }

  public synchronized byte[] told() {
    return told.toByteArray();
  }

  @Override
  public AssignmentList assignments(String known, Duration most)
      throws Failure, InterruptedException {
    return new AssignmentList("tag-1", !known.equals("tag-1"), List.of());
  }

  @Override
  public byte[] manifest(Digest manifest, int bytesMax) throws Failure, InterruptedException {
    synchronized (this) {
      manifestsSent++;
    }
    return library.storedDocument(manifest);
  }

  @Override
  public void chunks(Digest manifest, Ordinals wanted, SegmentSink sink)
      throws Failure, InterruptedException {
    synchronized (this) {
      asked.add(wanted);
    }
    if (!library.holdsDocument(manifest)) {
      throw Failure.permanent(Code.NOT_FOUND, "looking for " + manifest, "not here", "nothing");
    }
    Manifest parsed = ManifestReader.parse(library.document(manifest, Integer.MAX_VALUE));
    new Sender(library).send(parsed, wanted, sink);
  }

  @Override
  public synchronized void tell(byte[] factLines) {
    told.writeBytes(factLines);
  }

  @Override
  public void close() {}
}
