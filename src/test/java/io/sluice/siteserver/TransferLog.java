package io.sluice.siteserver;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.transfer.Ordinals;
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
      Pattern.compile(".* asks for chunks ([0-9a-f]{64}) ([0-9,-]+)");
  private static final Pattern STORED =
      Pattern.compile(".* stored chunks ([0-9a-f]{64}) \\[([0-9, ]+)] ([0-9]+)");
  private static final Pattern SENT =
      Pattern.compile(".* sent chunks ([0-9a-f]{64}) \\[([0-9, ]+)] ([0-9]+)");

  private final Map<String, Manifest> manifests = new HashMap<>();
  private final List<String> askedAgain = new ArrayList<>();
  private final Set<Digest> stored = new HashSet<>();
  private long storedBytes;
  private long sentBytes;
  private int requests;

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
    Matcher sent = SENT.matcher(line);
    if (asked.matches()) {
      requests++;
      Manifest manifest = manifest(asked.group(1), library);
      Ordinals.parse(asked.group(2)).bits().stream()
          .filter(ordinal -> stored.contains(manifest.chunks().get(ordinal).digest()))
          .forEach(ordinal -> askedAgain.add(asked.group(1) + " chunk " + ordinal));
    } else if (kept.matches()) {
      Manifest manifest = manifest(kept.group(1), library);
      for (String ordinal : kept.group(2).split(", ", -1)) {
        stored.add(manifest.chunks().get(Integer.parseInt(ordinal)).digest());
      }
      storedBytes += Long.parseLong(kept.group(3));
    } else if (sent.matches()) {
      sentBytes += Long.parseLong(sent.group(3));
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

  /** How many chunks were stored from the parent. */
  int chunksStored() {
    return stored.size();
  }

  /** Encoded bytes of segments stored from the parent. */
  long storedBytes() {
    return storedBytes;
  }

  /** Encoded bytes of segments handed to connections with children. */
  long sentBytes() {
    return sentBytes;
  }

  int requests() {
    return requests;
  }
}
