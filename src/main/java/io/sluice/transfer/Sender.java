package io.sluice.transfer;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.FrameBuilder;
import io.sluice.content.FrameCodec;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a request for chunks from the library. Each frame that holds wanted chunks is read once:
 * it travels as stored if all its chunks are wanted, else the wanted ones are encoded anew,
 * together with those of the next frames like it. Safe from any thread.
 */
public final class Sender {
  private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

  private final ChunkStore store;

  public Sender(ChunkStore store) {
    this.store = store;
  }

  /**
   * What was sent.
   *
   * @param asStored how many of the segments were frames as stored
   * @param chunks in all segments
   * @param storedBytes of all segments
   * @param notHeld wanted chunks that are not held here and were left out
   */
  public record Sent(int segments, int asStored, int chunks, long storedBytes, int notHeld) {}

  /**
   * Sends the wanted chunks of a manifest in order of each frame's first wanted ordinal. What is
   * not held here, or turns out damaged, is left out. A chunk wanted under several ordinals is sent
   * under the first.
   *
   * @throws Failure PROTOCOL_VIOLATION if an ordinal is not of this manifest, DISK_ERROR, or what
   *     the sink throws
   */
  public Sent send(Manifest manifest, Ordinals wanted, SiteLink.SegmentSink sink)
      throws Failure, InterruptedException {
    if (!wanted.isEmpty()) {
      Ordinals.Run last = wanted.runs().getLast();
      if (last.first() + last.count() > manifest.chunks().size()) {
        throw Violations.violation(
            "sending chunks of manifest " + manifest.digest(),
            "chunk "
                + (last.first() + last.count() - 1)
                + " was asked for, it has "
                + manifest.chunks().size());
      }
    }
    try (FrameCodec codec = new FrameCodec()) {
      Sending sending = new Sending(manifest, codec, sink);
      for (Group group : sending.groups(wanted)) {
        sending.send(group);
      }
      return sending.finish();
    }
  }

  /** The wanted chunks of one frame, by digest, and the first of their ordinals. */
  private static final class Group {
    final ChunkStore.Place place;
    final int first;
    final Map<Digest, Integer> wanted = new HashMap<>();

    Group(ChunkStore.Place place, int first) {
      this.place = place;
      this.first = first;
    }
  }

  /** One answer being made. */
  private final class Sending {
    private final Manifest manifest;
    private final SiteLink.SegmentSink sink;
    private final FrameCodec codec;
    private final FrameBuilder builder;
    private final Map<Digest, Integer> recut = new HashMap<>();
    private final byte[] plain = new byte[Frame.PLAIN_BYTES_MAX];
    private int segments;
    private int asStored;
    private int chunks;
    private long storedBytes;
    private int notHeld;

    Sending(Manifest manifest, FrameCodec codec, SiteLink.SegmentSink sink) {
      this.manifest = manifest;
      this.codec = codec;
      this.sink = sink;
      this.builder = new FrameBuilder(codec, this::emitRecut);
    }

    List<Group> groups(Ordinals wanted) {
      Map<ChunkStore.Place, Group> groups = new HashMap<>();
      Set<Digest> seen = new HashSet<>();
      for (Ordinals.Run run : wanted.runs()) {
        for (int ordinal = run.first(); ordinal < run.first() + run.count(); ordinal++) {
          Digest digest = manifest.chunks().get(ordinal).digest();
          if (!seen.add(digest)) {
            continue;
          }
          Optional<ChunkStore.Place> place = store.place(digest);
          if (place.isEmpty()) {
            notHeld++;
            continue;
          }
          int first = ordinal;
          groups
              .computeIfAbsent(place.get(), at -> new Group(at, first))
              .wanted
              .put(digest, ordinal);
        }
      }
      List<Group> ordered = new ArrayList<>(groups.values());
      ordered.sort(Comparator.comparingInt(group -> group.first));
      return ordered;
    }

    void send(Group group) throws Failure, InterruptedException {
      Optional<Frame> frame = frame(group);
      if (frame.isEmpty()) {
        notHeld += group.wanted.size();
        return;
      }
      if (frame.get().chunks().size() == group.wanted.size()) {
        builder.flush();
        emit(ordinals(frame.get(), group.wanted), frame.get());
        asStored++;
      } else {
        recut(frame.get(), group);
      }
    }

    Sent finish() throws Failure, InterruptedException {
      builder.flush();
      return new Sent(segments, asStored, chunks, storedBytes, notHeld);
    }

    /** Damage is the library's to mend; what it no longer has is left out here. */
    private Optional<Frame> frame(Group group) throws Failure {
      try {
        return Optional.of(store.frame(group.place));
      } catch (Failure e) {
        return absent(e);
      }
    }

    private <T> Optional<T> absent(Failure e) throws Failure {
      if (e.code() == Code.CONTENT_CORRUPT || e.code() == Code.CONTENT_MISSING) {
        return Optional.empty();
      }
      throw e;
    }

    private void recut(Frame frame, Group group) throws Failure, InterruptedException {
      try {
        codec.decode(frame, plain, 0);
      } catch (Failure e) {
        absent(e);
        notHeld += group.wanted.size();
        return;
      }
      int at = 0;
      for (Frame.Chunk chunk : frame.chunks()) {
        Integer ordinal = group.wanted.get(chunk.digest());
        if (ordinal != null) {
          recut.put(chunk.digest(), ordinal);
          builder.add(chunk, plain, at);
        }
        at += chunk.length();
      }
    }

    private void emitRecut(Frame frame) throws Failure, InterruptedException {
      emit(ordinals(frame, recut), frame);
      frame.chunks().forEach(chunk -> recut.remove(chunk.digest()));
    }

    private List<Integer> ordinals(Frame frame, Map<Digest, Integer> wanted) {
      List<Integer> ordinals = new ArrayList<>();
      for (Frame.Chunk chunk : frame.chunks()) {
        ordinals.add(Objects.requireNonNull(wanted.get(chunk.digest())));
      }
      return ordinals;
    }

    private void emit(List<Integer> ordinals, Frame frame) throws Failure, InterruptedException {
      sink.accept(new Segment(ordinals, frame.codec(), frame.stored()));
      segments++;
      chunks += ordinals.size();
      storedBytes += frame.stored().length;
      LOG.debug("sent chunks {} {} {}", manifest.digest(), ordinals, frame.stored().length);
    }
  }
}
