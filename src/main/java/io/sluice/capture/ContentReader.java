package io.sluice.capture;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the streams of a scan, one after the other, and looks at every entry again when all have
 * been read. An entry that is not as the scan saw it is noted as changed; bytes it no longer has
 * are made up, so that the offsets of all others hold. What cannot be read at all is a problem;
 * from the first one on nothing more is read, but every stream is opened, so that all problems are
 * found.
 */
final class ContentReader implements AutoCloseable {
  private final Platform platform;
  private final List<Entry> entries;
  private final States states;
  private final Folders folders;
  private final Spans spans;
  private final Problems problems;
  private final SecondLook secondLook;
  private final BitSet changed = new BitSet();
  private @Nullable InputStream open;
  private int span;
  private long rest;
  private long bytesRead;

  ContentReader(Walk.Source source, Scan scan, Spans spans, Problems problems) {
    this.platform = source.platform();
    this.folders = new Folders(platform, source.root());
    this.entries = scan.entries();
    this.states = scan.states();
    this.spans = spans;
    this.problems = problems;
    this.secondLook = new SecondLook(source, scan);
  }

  /** Goes to the first byte of a span. Fails once a problem was found that retrying cannot mend. */
  void start(int next) throws Failure {
    leave();
    span = next;
    rest = spans.end(next) - spans.offset(next);
    try {
      open = open(next);
    } catch (Failure failure) {
      unreadable(failure);
    }
  }

  /** Bytes of the current span not read yet. */
  long rest() {
    return rest;
  }

  /** Reads at least one and at most {@code length} bytes of the current span. */
  int read(byte[] into, int from, int length) throws Failure {
    int wanted = (int) Math.min(length, rest);
    int read = 0;
    try {
      read = open == null ? -1 : open.read(into, from, wanted);
    } catch (IOException e) {
      unreadable(failed(e, span));
    }
    if (read > 0) {
      rest -= read;
      bytesRead += read;
      return read;
    }
    changed.set(spans.entry(span));
    Arrays.fill(into, from, from + wanted, (byte) 0);
    rest -= wanted;
    return wanted;
  }

  /**
   * To be called after the last span: looks at all entries again, at those that were not read as
   * well. What was read first may have been written since, and an empty file filled.
   */
  void finish(Threads threads) throws Failure, InterruptedException {
    leave();
    changed.or(secondLook.changed(threads));
    changed.stream().forEach(i -> problems.addChanged(path(i), "it changed while it was read"));
  }

  /** Opens all streams from a span on and remembers which cannot be. */
  void findAll(int from) {
    for (int each = from; each < spans.count(); each++) {
      try {
        open(each).close();
      } catch (Failure failure) {
        problems.add(path(spans.entry(each)), failure);
      } catch (IOException e) {
        problems.add(path(spans.entry(each)), failed(e, each));
      }
    }
  }

  /** Which entries are not as the scan saw them; complete after {@link #finish}. */
  BitSet changed() {
    return changed;
  }

  long bytesRead() {
    return bytesRead;
  }

  @Override
  public void close() throws Failure {
    leave();
  }

  private String path(int index) {
    return entries.get(index).path().toString();
  }

  private InputStream open(int which) throws Failure {
    Entry owner = entries.get(spans.entry(which));
    int stream = spans.stream(which);
    if (stream < 0) {
      return platform.read(folders.of(owner));
    }
    return platform.readStream(folders.of(owner), owner.streams().get(stream).name());
  }

  /** Closes the open stream. One that was read whole and is a named one must have ended there. */
  private void leave() throws Failure {
    InputStream in = open;
    open = null;
    if (in == null) {
      return;
    }
    try (in) {
      // ctime tells of a file's own bytes; of named streams it may not, so their end is looked for.
      if (rest == 0 && spans.stream(span) >= 0 && in.read() >= 0) {
        changed.set(spans.entry(span));
      }
    } catch (IOException e) {
      unreadable(failed(e, span));
    }
  }

  private boolean isStill(int index) {
    Entry entry = entries.get(index);
    try {
      return states.get(index).isStill(entry, platform.facts(folders.of(entry)));
    } catch (Failure gone) {
      return false;
    }
  }

  /** An entry that changed is read again; one that did not cannot be read, nor may others be. */
  private void unreadable(Failure failure) throws Failure {
    if (failure.code() == Code.SOURCE_CHANGED || !isStill(spans.entry(span))) {
      changed.set(spans.entry(span));
      return;
    }
    problems.add(path(spans.entry(span)), failure);
    findAll(span + 1);
    throw problems.failure();
  }

  private Failure failed(IOException e, int which) {
    Optional<Failure> carried = Platform.failureIn(e);
    if (carried.isPresent()) {
      return carried.get();
    }
    boolean named = spans.stream(which) >= 0;
    return Failure.permanent(
            named ? Code.STREAM_UNREADABLE : Code.SOURCE_UNREADABLE,
            "reading " + path(spans.entry(which)),
            String.valueOf(e.getMessage()),
            "repair the disk, or let the user Sluice runs as read the entry")
        .because(e);
  }
}
