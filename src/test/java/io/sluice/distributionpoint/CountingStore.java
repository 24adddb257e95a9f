package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A store that tells what it was asked for; the process dies when it asks for more than so much.
 */
final class CountingStore implements ChunkStore {
  final List<Digest> read = new ArrayList<>();
  int most = Integer.MAX_VALUE;
  private final ChunkStore store;

  CountingStore(ChunkStore store) {
    this.store = store;
  }

  @Override
  public boolean holds(Digest chunk) {
    return store.holds(chunk);
  }

  @Override
  public synchronized int read(Digest chunk, byte[] into, int at) throws Failure {
    if (read.size() == most) {
      throw new TestSite.Crash("after " + most + " chunks");
    }
    read.add(chunk);
    return store.read(chunk, into, at);
  }

  @Override
  public Optional<Place> place(Digest chunk) {
    return store.place(chunk);
  }

  @Override
  public Frame frame(Place place) throws Failure {
    return store.frame(place);
  }

  @Override
  public Intake intake() throws Failure {
    return store.intake();
  }
}
