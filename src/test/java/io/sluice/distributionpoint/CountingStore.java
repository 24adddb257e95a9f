package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * A store that tells what it was asked for; the process dies when it asks for more than so much.
 */
final class CountingStore extends WatchedStore {
  final List<Digest> read = new ArrayList<>();
  int most = Integer.MAX_VALUE;

  CountingStore(ChunkStore store) {
    super(store, chunk -> {});
  }

  @Override
  public synchronized int read(Digest chunk, byte[] into, int at) throws Failure {
    if (read.size() == most) {
      throw new TestSite.Crash("after " + most + " chunks");
    }
    read.add(chunk);
    return super.read(chunk, into, at);
  }
}
