package io.sluice.siteserver;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.transfer.Ordinals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a site's log says it asked for, stored and sent, over all of its processes. */
final class TransferLog {
  private static final Pattern ASKED =
      Pattern.compile("(\\S+) .* asks for chunks ([0-9a-f]{64}) ([0-9,-]+)");
  private static final Pattern STORED =
      Pattern.compile(".* stored chunks ([0-9a-f]{64}) \\[([0-9, ]+)] ([0-9]+)");
  private static final Pattern SENT =
      Pattern.compile("(\\S+) .* sent chunks ([0-9a-f]{64}) \\[([0-9, ]+)] ([0-9]+)");
  private static final Pattern FETCHED = Pattern.compile(".* fetched version .*");

  private final Map<String, Manifest> manifests = new HashMap<>();
  private final List<String> askedAgain = new ArrayList<>();
  private final Set<Digest> stored = new HashSet<>();
  private final List<Request> requests = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();

  /**
   * A request for chunks, what was stored of its answer, and whether the version was whole then.
   */
  record Request(Instant at, String manifest, long storedBytes, boolean isWhole) {}

  private record Sent(Instant at, long bytes) {}

  /**
   * What became of a request.
   *
   * @param sentBytes that the parent handed to the connection, of segments that went out whole
   * @param isContinued the rest was asked for with the next request
   */
  record Answer(Request request, long sentBytes, boolean isContinued) {
    /** The answer was on its way and broke off. */
    boolean isBroken() {
      return isContinued && sentBytes > 0;
    }

    /** What has to be sent again. A parent can have died before it logged what it sent. */
    long bytesInVain() {
      return Math.max(0, sentBytes - request.storedBytes);
    }
  }

  private TransferLog() {}

  /** Reads the log of a site that does not run; its library says what the ordinals mean. */
  static TransferLog of(Hierarchy.Site site) throws Exception {
    TransferLog log = new TransferLog();
    try (Library library = Library.open(new HostDisk(), site.data().resolve("library"))) {
      for (String line : site.logged().lines().toList()) {
        log.read(line, library);
      }
    }
    return log;
  }

  private void read(String line, Library library) throws Failure {
    Matcher asked = ASKED.matcher(line);
    Matcher kept = STORED.matcher(line);
    Matcher gone = SENT.matcher(line);
    if (asked.matches()) {
      requests.add(new Request(Instant.parse(asked.group(1)), asked.group(2), 0, false));
      Manifest manifest = manifest(asked.group(2), library);
      Ordinals.parse(asked.group(3)).bits().stream()
          .filter(ordinal -> stored.contains(manifest.chunks().get(ordinal).digest()))
          .forEach(ordinal -> askedAgain.add(asked.group(2) + " chunk " + ordinal));
    } else if (kept.matches()) {
      Manifest manifest = manifest(kept.group(1), library);
      for (String ordinal : kept.group(2).split(", ", -1)) {
        stored.add(manifest.chunks().get(Integer.parseInt(ordinal)).digest());
      }
      Request last = requests.removeLast();
      long bytes = last.storedBytes + Long.parseLong(kept.group(3));
      requests.add(new Request(last.at, last.manifest, bytes, false));
    } else if (gone.matches()) {
      sent.add(new Sent(Instant.parse(gone.group(1)), Long.parseLong(gone.group(4))));
    } else if (FETCHED.matcher(line).matches() && !requests.isEmpty()) {
      Request last = requests.removeLast();
      requests.add(new Request(last.at, last.manifest, last.storedBytes, true));
    }
  }

  private Manifest manifest(String digest, Library library) throws Failure {
    Manifest known = manifests.get(digest);
    if (known == null) {
      Digest parsed = Digest.parse(digest);
      known = ManifestReader.read(library.document(parsed, Manifest.PLAIN_BYTES_MAX), parsed);
      manifests.put(digest, known);
    }
    return known;
  }

  /** Chunks that were asked for although they had been stored before, a line each. */
  List<String> askedAgain() {
    return askedAgain;
  }

  /** How many requests for chunks there were. */
  int requests() {
    return requests.size();
  }

  /** How many chunks were stored from the parent. */
  int chunksStored() {
    return stored.size();
  }

  /**
   * This site's requests and what its parent sent for each: until the next one, as one is asked
   * after the other if there is one package.
   */
  List<Answer> answers(TransferLog parent) {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      Request request = requests.get(i);
      boolean isLast = i + 1 == requests.size();
      Instant to = isLast ? Instant.MAX : requests.get(i + 1).at;
      long bytes =
          parent.sent.stream()
              .filter(one -> !one.at.isBefore(request.at) && one.at.isBefore(to))
              .mapToLong(Sent::bytes)
              .sum();
      boolean isContinued = !isLast && requests.get(i + 1).manifest.equals(request.manifest);
      answers.add(new Answer(request, bytes, isContinued));
    }
    return answers;
  }
}
