package io.sluice.content;

import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;

/**
 * Frames found damaged. Their chunks are not held, also after a restart, so that they are fetched
 * again; the packs keep the damaged bytes until they are deleted. The file is docs/formats/pack.md.
 */
final class Quarantine {
  static final String FILE = "quarantine";

  /** How many frames the file lists; damage beyond that is found again by reading. */
  static final int FRAMES_MAX = 10_000;

  private static final String FIRST_LINE = "sluice-quarantine 0";
  private static final int LINE_DIGITS = 16 + 1 + 8;

  private final LibraryFiles files;
  private final Path file;
  private final Set<Long> places = new ConcurrentSkipListSet<>();

  /** Guarded by this: the file lists less than it should. */
  private boolean isStale;

  Quarantine(LibraryFiles files) {
    this.files = files;
    this.file = files.folder().resolve(FILE);
  }

  /**
   * Reads the file. Lines that make no sense are dropped: their frames will be found damaged again.
   * So is all of a file that cannot be read or is too long; the answer is why.
   */
  Optional<Failure> load() throws Failure {
    if (!files.disk().exists(file)) {
      return Optional.empty();
    }
    long most = FIRST_LINE.length() + 1 + (long) FRAMES_MAX * (LINE_DIGITS + 1);
    String text;
    try {
      text = new String(files.read(file, most), StandardCharsets.US_ASCII);
    } catch (Failure e) {
      return Optional.of(e);
    }
    for (String line : text.split("\n", -1)) {
      if (line.matches("[0-9a-f]{16} [0-9a-f]{8}")) {
        long pack = HexFormat.fromHexDigitsToLong(line.substring(0, 16));
        long offset = HexFormat.fromHexDigitsToLong(line.substring(17));
        if (FramePlace.fits(pack, offset)) {
          places.add(FramePlace.of(pack, offset));
        }
      }
    }
    return Optional.empty();
  }

  /** The numbers of the packs that have frames here. */
  Set<Long> packs() {
    return places.stream().map(FramePlace::pack).collect(Collectors.toSet());
  }

  /** All frames here. */
  Set<Long> places() {
    return Set.copyOf(places);
  }

  boolean contains(long place) {
    return places.contains(place);
  }

  /**
   * Remembers a frame, durably on return.
   *
   * @throws Failure NO_SPACE or DISK_ERROR if it is remembered in memory only for now: it is tried
   *     again with the next frame, or the same; CONTENT_CORRUPT if the file is full
   */
  synchronized void add(long place) throws Failure {
    isStale |= places.add(place) && places.size() <= FRAMES_MAX;
    if (isStale) {
      write();
    }
    if (places.size() > FRAMES_MAX) {
      throw PackFormat.corrupt(
          file,
          "it is full: damaged frames beyond " + FRAMES_MAX + " are held again after a start");
    }
  }

  /** Forgets the frames of packs that are deleted. */
  synchronized void forget(Set<Long> packs) throws Failure {
    if (places.removeIf(place -> packs.contains(FramePlace.pack(place)))) {
      isStale = true;
      write();
    }
  }

  private void write() throws Failure {
    ByteBuffer bytes = ByteBuffer.wrap(text().getBytes(StandardCharsets.US_ASCII));
    files.publish(bytes, file, "content.quarantine");
    isStale = false;
  }

  private String text() {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    places.stream()
        .limit(FRAMES_MAX)
        .forEach(
            place -> {
              text.append(HexFormat.of().toHexDigits(FramePlace.pack(place))).append(' ');
              text.append(HexFormat.of().toHexDigits((int) FramePlace.offset(place)));
              text.append('\n');
            });
    return text.toString();
  }
}
