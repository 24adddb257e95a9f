package io.sluice.simulation;

import io.sluice.content.Digest;
import io.sluice.manifest.Manifest;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.Segment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What one site was sent, to hold it to the law of resuming: a chunk that was stored is asked for
 * again only if a loss of power or a failing disk can have taken it, and never once it was made
 * durable; nor while another request of the same process has asked for it and is not over.
 */
final class Deliveries {
  private final String site;
  private final Published published;

  /** Stored, and there as long as the machine has power. */
  private final Set<Digest> stored = new HashSet<>();

  private final Set<Digest> durable = new HashSet<>();
  private final Map<Digest, Integer> times = new HashMap<>();

  /** Which request of the living process a chunk is asked for with. */
  private final Map<Digest, Request> asking = new HashMap<>();

  /** How often a chunk was rightly asked for. */
  private final Map<Digest, Integer> reasons = new HashMap<>();

  private int segments;
  private int chunksAgain;

  Deliveries(String site, Published published) {
    this.site = site;
    this.published = published;
  }

  /** One request for chunks; closed when it is over, however it ended. */
  final class Request implements AutoCloseable {
    private final Manifest manifest;

    private Request(Manifest manifest) {
      this.manifest = manifest;
    }

    private Digest chunk(int ordinal) {
      return manifest.chunks().get(ordinal).digest();
    }

    /** The site has taken a segment and said that it is stored. */
    void delivered(Segment segment) {
      segments++;
      for (int ordinal : segment.ordinals()) {
        Digest chunk = chunk(ordinal);
        stored.add(chunk);
        if (times.merge(chunk, 1, Integer::sum) > 1) {
          chunksAgain++;
        }
        Laws.hold(
            times.get(chunk) <= reasons.getOrDefault(chunk, 0),
            () -> site + " took chunk " + chunk + " more often than it asked for it");
      }
    }

    @Override
    public void close() {
      asking.values().removeIf(request -> request == this);
    }
  }

  /** The site asks for chunks. */
  Request asked(Digest manifest, Ordinals wanted) {
    Request request = new Request(published.manifest(manifest));
    wanted.bits().stream()
        .mapToObj(request::chunk)
        .forEach(
            chunk -> {
              Laws.hold(
                  !durable.contains(chunk),
                  () -> site + " asks for chunk " + chunk + ", which it holds durably");
              Laws.hold(
                  !stored.contains(chunk),
                  () -> site + " asks for chunk " + chunk + ", which it has stored");
              Laws.hold(
                  asking.putIfAbsent(chunk, request) == null,
                  () -> site + " asks for chunk " + chunk + " with two requests at once");
              reasons.merge(chunk, 1, Integer::sum);
            });
    return request;
  }

  /** The site has made everything stored durable. */
  void committed() {
    durable.addAll(stored);
    stored.clear();
  }

  /** The process has ended, and its requests with it, even if they are still unwinding. */
  void ended() {
    asking.clear();
  }

  /** What is not durable may be lost: the power went, or the disk failed. */
  void lost() {
    stored.clear();
  }

  int segments() {
    return segments;
  }

  /** How many chunks were sent although they had been sent before. */
  int chunksAgain() {
    return chunksAgain;
  }
}
