package io.sluice.content;

import io.sluice.failure.Failure;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A library's writing session. Full packs are sealed, and long ones written back, by a thread of
 * its own while appending goes on, so that {@link #commit} waits for the last few megabytes only.
 */
final class PackIntake implements ChunkStore.Intake {
  /**
   * When packs end and when they are written back.
   *
   * @param packBytes where a pack's frames end at the latest
   * @param writeBackBytes after so many bytes a pack is forced in the background
   * @param indexed so many chunks of the index in memory go to a run on the disk
   */
  record Sizes(int packBytes, int writeBackBytes, int indexed) {
    static final Sizes NORMAL = new Sizes(PackFormat.FRAMES_END_MAX, 16 << 20, 100_000);

    /** For one who writes nothing. */
    static final Sizes READING = new Sizes(0, 0, Integer.MAX_VALUE);

    Sizes(int packBytes, int writeBackBytes) {
      this(packBytes, writeBackBytes, NORMAL.indexed);
    }
  }

  /** Forces that may wait; beyond that appending waits, so that unforced bytes stay bounded. */
  private static final int BACKGROUND_QUEUED = 4;

  private final LibraryFiles files;
  private final Packs packs;
  private final LibraryIndex index;
  private final Threads threads;
  private final Sizes sizes;
  private final Leases.Lease lease;
  private final Space.Share share;
  private final Runnable sealed;

  private @Nullable Crew background;
  private @Nullable PackWriter pack;
  private long storedBytes;
  private long unforcedBytes;
  private @Nullable Failure failed;
  private boolean closed;

  /**
   * Begins a session.
   *
   * @param lease closed with it
   * @param sealed run whenever there are more sealed packs; it waits for nothing
   */
  PackIntake(
      Library.Parts parts, Threads threads, Sizes sizes, Leases.Lease lease, Runnable sealed) {
    this.files = parts.files();
    this.packs = parts.packs();
    this.index = parts.index();
    this.threads = threads;
    this.sizes = sizes;
    this.lease = lease;
    this.share = files.space().new Share();
    this.sealed = sealed;
  }

  @Override
  public boolean claim(Digest chunk) {
    return lease.claim(chunk);
  }

  @Override
  public boolean relyOn(List<Frame.Chunk> chunks) {
    return lease.relyOn(chunks);
  }

  @Override
  public boolean reserve(long bytes) throws Failure {
    return share.reserve(bytes);
  }

  @Override
  public void append(Frame frame) throws Failure {
    byte[] head = FrameFormat.head(frame);
    synchronized (this) {
      requireSound();
      try {
        appendNow(head, frame);
      } catch (Failure e) {
        failed = e;
        throw e;
      }
    }
    files.disk().reached("content.frame-appended");
  }

  @Override
  public void commit() throws Failure {
    synchronized (this) {
      requireSound();
      try {
        sealLast();
        finishBackground();
        // Chunks this session did not claim because they were held may be another session's, and
        // not
        // durable yet: whoever relies on them makes them so.
        packs.forceOpen();
        packs.forceNames();
        share.giveBack();
      } catch (Failure e) {
        failed = e;
        throw e;
      }
    }
  }

  @Override
  public synchronized long storedBytes() {
    return storedBytes;
  }

  @Override
  public void close() throws Failure {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      try {
        sealLast();
        finishBackground();
      } catch (Failure e) {
        // What cannot be sealed now stays an open pack, held, and is sealed later. A session that
        // has
        // failed has said why already.
        if (failed == null) {
          throw e;
        }
      } finally {
        lease.close();
        share.giveBack();
        if (background != null) {
          background.close();
        }
      }
      sealed.run();
    }
  }

  private void appendNow(byte[] head, Frame frame) throws Failure {
    int bytes = head.length + frame.stored().length;
    // Each time, as others fill the disk too; beside writing a frame it costs nothing.
    share.take(bytes);
    PackWriter current;
    try {
      current = packWithRoom(bytes);
      lease.stored(frame);
      long place = FramePlace.of(current.number(), current.append(head, frame));
      for (Frame.Chunk chunk : frame.chunks()) {
        index.add(chunk.digest(), place);
      }
    } catch (Failure e) {
      files.space().gave(bytes);
      throw e;
    }
    storedBytes += bytes;
    unforcedBytes += bytes;
    if (unforcedBytes >= sizes.writeBackBytes()) {
      unforcedBytes = 0;
      inBackground(current, () -> packs.force(current));
    }
  }

  /** The pack that is written, or the next one if it is full. */
  private PackWriter packWithRoom(int bytes) throws Failure {
    PackWriter current = pack;
    if (current != null && current.end() + bytes > sizes.packBytes()) {
      PackWriter full = current;
      pack = null;
      current = null;
      inBackground(
          full,
          () -> {
            packs.seal(full);
            sealed.run();
          });
    }
    if (current == null) {
      current = packs.create();
      pack = current;
      unforcedBytes = 0;
    }
    return current;
  }

  private void requireSound() throws Failure {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
    if (failed != null) {
      throw failed;
    }
    files.stop().require();
  }

  private void sealLast() throws Failure {
    PackWriter last = pack;
    pack = null;
    if (last != null) {
      packs.seal(last);
    }
  }

  private void inBackground(PackWriter what, Stop.Force force) throws Failure {
    Crew crew = background;
    if (crew == null) {
      crew = threads.crew("pack-" + Long.toHexString(what.number()), 1, BACKGROUND_QUEUED);
      background = crew;
    }
    Job<Boolean> job =
        () -> {
          force.run();
          return true;
        };
    try {
      crew.submit(job);
    } catch (InterruptedException e) {
      // Appending is not interruptible; the caller finds out at its next step that is.
      Thread.currentThread().interrupt();
      force.run();
    }
  }

  /** Waits for the background whatever happens: a force that runs cannot be called back anyway. */
  private void finishBackground() throws Failure {
    Crew crew = background;
    if (crew != null) {
      crew.finishWhatever();
    }
  }
}
