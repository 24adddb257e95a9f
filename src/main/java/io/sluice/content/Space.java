package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** What a library may still take, by its limits and its disk. Safe from any thread. */
final class Space {
  /** Nothing may be stored: it is not known how much may. */
  private static final Limits UNKNOWN = new Limits(0, 0);

  private final LibraryFiles files;
  private final AtomicLong used = new AtomicLong();
  private volatile Limits limits = Limits.NONE;

  Space(LibraryFiles files) {
    this.files = files;
  }

  /** Reads the limits; the answer is why they cannot be read: nothing is stored then. */
  Optional<Failure> load() throws Failure {
    if (files.disk().exists(file())) {
      try {
        byte[] text = files.read(file(), Limits.FILE_BYTES_MAX);
        limits = Limits.parse(new String(text, StandardCharsets.US_ASCII), file());
      } catch (Failure e) {
        limits = UNKNOWN;
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }

  Limits limits() {
    return limits;
  }

  /** Sets the limits, durable on return. */
  void limit(Limits wanted) throws Failure {
    byte[] text = wanted.text().getBytes(StandardCharsets.US_ASCII);
    files.publish(ByteBuffer.wrap(text), file(), "content.limits");
    limits = wanted;
  }

  boolean hasQuota() {
    return limits.quotaBytes() != Limits.NO_QUOTA;
  }

  /** Says how much is used in all; not known, and of no use, without a quota. */
  void used(long bytes) {
    used.set(bytes);
  }

  long used() {
    return used.get();
  }

  /** Says that so much more is used, or less. */
  void took(long bytes) {
    used.addAndGet(bytes);
  }

  /** How many bytes of content may be stored now, at least 0. */
  long free() throws Failure {
    long onDisk = files.disk().freeBytes(files.folder()) - limits.reserveBytes();
    long inQuota = hasQuota() ? limits.quotaBytes() - used.get() : Long.MAX_VALUE;
    return Math.max(0, Math.min(onDisk, inQuota));
  }

  /** Refuses what goes beyond the quota, or the reserve. */
  void require(long bytes) throws Failure {
    if (hasQuota() && used.get() + bytes > limits.quotaBytes()) {
      throw Failure.temporary(
          Code.NO_SPACE,
          "storing content in " + files.folder(),
          String.format(
              Locale.ROOT,
              "needed %,d bytes, %,d of the quota of %,d bytes are used",
              bytes,
              used.get(),
              limits.quotaBytes()),
          "raise the quota with \"sluice library limit\", or take out what nobody needs with"
              + " \"sluice library gc\"; the work goes on by itself afterwards");
    }
    requireOnDisk(bytes);
  }

  /** Refuses what goes beyond the reserve; for what takes the place of something else. */
  void requireOnDisk(long bytes) throws Failure {
    long needed = bytes + LibraryFiles.RESERVED_BYTES + limits.reserveBytes();
    long free = files.disk().freeBytes(files.folder());
    if (free < needed) {
      throw DiskFailures.noSpace("storing content in", files.folder(), needed, free);
    }
  }

  private Path file() {
    return files.folder().resolve(Limits.FILE);
  }
}
