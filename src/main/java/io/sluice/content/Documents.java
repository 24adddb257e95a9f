package io.sluice.content;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/**
 * Small wholes, such as manifests: one zstd file each, named by the SHA-256 of its plain bytes.
 * Safe from any thread.
 */
final class Documents {
  /** The most bytes of a document, plain or stored: what one Java array holds. */
  static final int BYTES_MAX = Integer.MAX_VALUE - 64;

  /** The fewest digits a shortened name needs. */
  static final int PREFIX_DIGITS_MIN = 12;

  private static final String DAMAGED = ".damaged";
  private static final int FOLDERS = 256;

  private final LibraryFiles files;
  private final NavigableSet<Digest> held = new ConcurrentSkipListSet<>();

  /** Those whose names may not be durable yet. */
  private final Set<Digest> unforced = ConcurrentHashMap.newKeySet();

  /** Those set aside as damaged, by this process or an earlier one. */
  private final NavigableSet<Digest> setAside = new ConcurrentSkipListSet<>();

  /** Locks, each for the documents of one folder: against putting and setting aside at once. */
  private final List<Object> locks = Stream.generate(Object::new).limit(FOLDERS).toList();

  Documents(LibraryFiles files) {
    this.files = files;
  }

  /** Finds out what is here by the files' names. Nothing is read. */
  void load() throws Failure {
    for (int i = 0; i < FOLDERS; i++) {
      for (String name : files.disk().list(folder(i))) {
        Optional<Digest> digest = digest(name);
        if (digest.isPresent() && isSetAside(name)) {
          setAside.add(digest.get());
        } else if (digest.isPresent()) {
          held.add(digest.get());
          unforced.add(digest.get());
        }
      }
    }
  }

  /** Whether a document is held and, if it is, durable. */
  boolean holds(Digest document) {
    if (!held.contains(document)) {
      return false;
    }
    try {
      makeNameDurable(document);
      return true;
    } catch (Failure e) {
      // The library has stopped, which whoever now stores the document is told.
      return false;
    }
  }

  List<Digest> all() {
    return List.copyOf(held);
  }

  /**
   * A problem for each document that was set aside and is not held again: what it said is not known
   * here.
   */
  List<Failure> lost() {
    return setAside.stream()
        .filter(digest -> !held.contains(digest))
        .map(digest -> PackFormat.corrupt(aside(digest), "it was found damaged and set aside"))
        .toList();
  }

  Digest put(byte[] plain) throws Failure {
    return put(out -> out.write(plain));
  }

  Digest put(Library.Writing writing) throws Failure {
    MessageDigest sha = Digest.sha256();
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (OutputStream zstd = new ZstdOutputStreamNoFinalizer(stored, FrameCodec.LEVEL)) {
      writing.to(new DigestOutputStream(zstd, sha));
    } catch (IOException e) {
      throw new IllegalStateException("zstd failed in memory", e);
    }
    Digest digest = Digest.read(sha.digest(), 0);
    if (!holds(digest)) {
      putStored(digest, stored.toByteArray());
    }
    return digest;
  }

  void putStored(Digest digest, byte[] stored) throws Failure {
    // Verified even if held: a peer that sends rubbish is told so whatever is here.
    Path file = file(digest);
    StoredDocument.verify(digest, stored, file);
    synchronized (lock(digest)) {
      if (holds(digest)) {
        return;
      }
      files.space().take(stored.length);
      try {
        files.stop().createFolders(files.disk(), folder(digest));
        files.publish(ByteBuffer.wrap(stored), file, "content.document");
      } catch (Failure e) {
        files.space().gave(stored.length);
        throw e;
      }
      held.add(digest);
    }
  }

  byte[] plain(Digest digest, long plainMax) throws Failure {
    return sound(digest, file -> StoredDocument.plain(digest, read(digest, file), file, plainMax));
  }

  byte[] stored(Digest digest) throws Failure {
    return sound(digest, file -> verified(digest, file));
  }

  /** Reads a document from its file; CONTENT_CORRUPT if it is damaged. */
  @FunctionalInterface
  private interface Read {
    byte[] from(Path file) throws Failure;
  }

  /** What a read gives; a document it finds damaged is set aside. */
  private byte[] sound(Digest digest, Read read) throws Failure {
    Path file = file(digest);
    try {
      return read.from(file);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
    }
    // Since it was read another may have set it aside, and stored a sound one.
    synchronized (lock(digest)) {
      try {
        return read.from(file);
      } catch (Failure e) {
        if (e.code() == Code.CONTENT_CORRUPT) {
          setAside(digest, file);
        }
        throw e;
      }
    }
  }

  private boolean isSound(Digest digest, Path file) throws Failure {
    try {
      StoredDocument.verify(digest, files.read(file, BYTES_MAX), file);
      return true;
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      return false;
    }
  }

  private byte[] verified(Digest digest, Path file) throws Failure {
    byte[] stored = read(digest, file);
    StoredDocument.verify(digest, stored, file);
    return stored;
  }

  Digest resolve(String prefix) throws Failure {
    return resolve(prefix, held);
  }

  /** The same among those that are held and those that were found damaged. */
  Digest resolveKnown(String prefix) throws Failure {
    NavigableSet<Digest> known = new TreeSet<>(held);
    known.addAll(setAside);
    return resolve(prefix, known);
  }

  private Digest resolve(String prefix, NavigableSet<Digest> among) throws Failure {
    int digits = prefix.length();
    if (digits < PREFIX_DIGITS_MIN || digits > 2 * Digest.BYTES || !isHex(prefix)) {
      throw Failure.permanent(
          Code.USAGE,
          "finding document \"" + prefix + "\"",
          "a shortened digest has " + PREFIX_DIGITS_MIN + " to 64 lower-case hexadecimal digits",
          "give at least " + PREFIX_DIGITS_MIN + " digits");
    }
    Digest least = Digest.parse(prefix + "0".repeat(2 * Digest.BYTES - digits));
    List<String> found = new ArrayList<>();
    for (Digest digest : among.tailSet(least)) {
      if (!digest.hex().startsWith(prefix) || found.size() > Failure.ITEMS_MAX) {
        break;
      }
      found.add(digest.hex());
    }
    if (found.size() > 1) {
      throw Failure.permanent(
              Code.AMBIGUOUS, "finding document " + prefix, "several begin so", "give more digits")
          .about(found);
    }
    if (found.isEmpty()) {
      throw Failure.permanent(
          Code.NOT_FOUND,
          "finding document " + prefix,
          "none in " + files.folder() + " begins so",
          "check the digest and the library");
    }
    return Digest.parse(found.get(0));
  }

  /** Stored bytes of all documents. */
  long bytes() throws Failure {
    long sum = 0;
    for (Digest digest : held) {
      sum += files.size(file(digest));
    }
    return sum;
  }

  /**
   * A document found at the start may have been renamed by a process that died before it forced the
   * folder, and one that is put back is held before that. Whoever is told that the document is held
   * relies on it.
   */
  private void makeNameDurable(Digest digest) throws Failure {
    if (unforced.contains(digest)) {
      files.stop().force(() -> files.disk().forceDirectory(folder(digest)));
      unforced.remove(digest);
    }
  }

  private byte[] read(Digest digest, Path file) throws Failure {
    if (!held.contains(digest)) {
      throw DiskFailures.missing("reading document", file);
    }
    try {
      return files.read(file, BYTES_MAX);
    } catch (Failure e) {
      if (e.code() == Code.CONTENT_MISSING) {
        forget(digest, file);
      }
      throw e;
    }
  }

  private void forget(Digest digest, Path gone) throws Failure {
    synchronized (lock(digest)) {
      if (!files.disk().exists(gone)) {
        held.remove(digest);
      }
    }
  }

  /**
   * Keeps a damaged document's file for whoever wants to look, under a name that is none, so that
   * the document is fetched again. If that fails it is found damaged again after the next start.
   */
  private void setAside(Digest digest, Path file) throws Failure {
    held.remove(digest);
    setAside.add(digest);
    files.disk().rename(file, aside(digest));
  }

  /**
   * Takes a document out, durable on return: its file goes to the trash, and so does one of it that
   * was found damaged. What lies beside about it stays until {@link #deleteTakenOut}.
   */
  void takeOut(Digest digest, Trash trash, Instant now) throws Failure {
    files.stop().createFolders(files.disk(), trash.folder());
    synchronized (lock(digest)) {
      for (Path file : List.of(aside(digest), file(digest))) {
        if (files.disk().exists(file)) {
          files.disk().rename(file, trash.file(String.valueOf(file.getFileName()), now));
        }
      }
      setAside.remove(digest);
      held.remove(digest);
    }
    files.disk().reached("content.forget-renamed");
    files.stop().force(() -> files.disk().forceDirectory(trash.folder()));
    files.stop().force(() -> files.disk().forceDirectory(folder(digest)));
    files.disk().reached("content.forget-folders-forced");
  }

  /** Puts a file back that was taken out, durable on return; of two sound copies one is deleted. */
  void putBack(Trash.Item<String> item) throws Failure {
    String name = item.what();
    Digest digest = digest(name).orElseThrow();
    Path file = folder(digest).resolve(name);
    files.stop().createFolders(files.disk(), folder(digest));
    synchronized (lock(digest)) {
      unforced.add(digest);
      boolean isHere = files.disk().exists(file);
      if (isHere && (isSetAside(name) || isSound(digest, file))) {
        delete(item.file());
      } else {
        long replaced = isHere ? files.size(file) : 0;
        files.disk().rename(item.file(), file);
        files.space().gave(replaced);
      }
      (isSetAside(name) ? setAside : held).add(digest);
    }
    files.disk().reached("content.forget-back");
    makeNameDurable(digest);
    files.stop().force(() -> files.disk().forceDirectory(item.folder()));
  }

  /**
   * Deletes a file that was taken out, durable on return, and before it what lies beside about its
   * document: unless the document is here again.
   */
  void deleteTakenOut(Trash.Item<String> item) throws Failure {
    Digest digest = digest(item.what()).orElseThrow();
    synchronized (lock(digest)) {
      if (!held.contains(digest) && !setAside.contains(digest)) {
        for (String beside : LibraryFiles.BESIDE_DOCUMENTS) {
          deleteBeside(files.folder().resolve(beside), digest);
        }
      }
    }
    delete(item.file());
    files.stop().force(() -> files.disk().forceDirectory(item.folder()));
    files.disk().reached("content.forget-deleted");
  }

  private void deleteBeside(Path folder, Digest digest) throws Failure {
    List<String> about =
        files.disk().list(folder).stream().filter(name -> name.startsWith(digest.hex())).toList();
    for (String name : about) {
      files.disk().delete(folder.resolve(name));
    }
    if (!about.isEmpty()) {
      files.stop().force(() -> files.disk().forceDirectory(folder));
    }
  }

  private void delete(Path file) throws Failure {
    long bytes = files.size(file);
    files.disk().delete(file);
    files.space().gave(bytes);
  }

  private Path folder(int firstByte) {
    return files.documents().resolve(HexFormat.of().toHexDigits((byte) firstByte));
  }

  private Path folder(Digest digest) {
    return folder(firstByte(digest));
  }

  private Object lock(Digest digest) {
    return locks.get(firstByte(digest));
  }

  private static int firstByte(Digest digest) {
    return (int) (digest.a() >>> 56);
  }

  private Path file(Digest digest) {
    return folder(digest).resolve(digest.hex());
  }

  private Path aside(Digest digest) {
    return folder(digest).resolve(digest.hex() + DAMAGED);
  }

  /** The document a file of this name is of, whole or damaged; empty if it is no such name. */
  static Optional<Digest> digest(String name) {
    return isDigest(name) || isSetAside(name)
        ? Optional.of(Digest.parse(name.substring(0, 2 * Digest.BYTES)))
        : Optional.empty();
  }

  private static boolean isSetAside(String name) {
    return name.endsWith(DAMAGED) && isDigest(name.substring(0, name.length() - DAMAGED.length()));
  }

  private static boolean isDigest(String name) {
    return name.length() == 2 * Digest.BYTES && isHex(name);
  }

  private static boolean isHex(String text) {
    return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }
}
