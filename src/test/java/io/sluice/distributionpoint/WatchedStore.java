package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.util.Optional;

/** A store of which somebody hears before each chunk is given. */
class WatchedStore implements ChunkStore {
  private final ChunkStore store;
  private final Watcher watcher;

  /** Asked before each chunk is given. */
  interface Watcher {
    void reads(Digest chunk) throws Failure;
  }

  WatchedStore(ChunkStore store, Watcher watcher) {
    this.store = store;
    this.watcher = watcher;
  }

  @Override
  public boolean holds(Digest chunk) {
    return store.holds(chunk);
  }

  @Override
  public int read(Digest chunk, byte[] into, int at) throws Failure {
    watcher.reads(chunk);
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
