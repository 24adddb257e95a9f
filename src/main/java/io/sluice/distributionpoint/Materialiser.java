package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Extents;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.TimeCapacity;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes a manifest's tree into an empty folder: directories, files, streams, links; attributes
 * last, those of a directory after everything in it. Safe from any thread.
 */
public final class Materialiser {
  private final Platform platform;
  private final ChunkStore store;
  private final Disk disk;

  public Materialiser(Platform platform, ChunkStore store, Disk disk) {
    this.platform = platform;
    this.store = store;
    this.disk = disk;
  }

  /**
   * Builds a version. Everything is durable when it returns but the names of {@code folder} and
   * {@code sidecar} themselves. A failure leaves what was written so far.
   *
   * @param folder an existing empty directory
   * @param sidecar where streams go that the file system cannot hold; created if there are any,
   *     must not exist, its parent must
   * @throws Failure before the first byte: ALREADY_EXISTS (the folder is not empty), NO_SPACE with
   *     the bytes needed and free, NAME_UNSUPPORTED and STREAMS_UNSUPPORTED listing all there are;
   *     later: NO_SPACE, PLACE_UNAVAILABLE, DISK_ERROR or the store's
   */
  public Placed build(Manifest manifest, Path folder, Path sidecar, StreamPolicy policy)
      throws Failure, InterruptedException {
    return build(manifest, folder, sidecar, policy, platform.entryCapacity(folder));
  }

  /** The same where it is known already what entries the file system holds. */
  Placed build(
      Manifest manifest, Path folder, Path sidecar, StreamPolicy policy, EntryCapacity entries)
      throws Failure, InterruptedException {
    if (!platform.children(folder).isEmpty()) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "building a version in " + folder,
          "the folder is not empty",
          "name a folder that is empty or does not exist");
    }
    TargetCheck target = TargetCheck.of(platform, folder, entries);
    target.requireNames(manifest);
    SidecarPlan plan = target.streams(manifest, policy);
    target.requireSpace(manifest, disk.freeBytes(folder));
    try (Platform.Barrier barrier = platform.barrier(folder)) {
      if (plan.items().isEmpty()) {
        new Build(manifest, folder, plan, entries).run(Optional.empty());
      } else {
        platform.createDirectory(sidecar);
        try (Platform.Barrier second = platform.barrier(sidecar)) {
          new Build(manifest, folder, plan, entries).run(Optional.of(sidecar));
          second.force();
        }
      }
      barrier.force();
    }
    long beside = plan.items().size();
    return new Placed(
        manifest.streamCount() - beside,
        beside,
        manifest.contentBytes(),
        target.remarks(manifest, plan));
  }

  /** The attributes a file or directory gets where only this can be held. */
  static Attributes held(Attributes wanted, EntryCapacity capacity) {
    Attributes held = capacity.held(wanted);
    return capacity.times().map(times -> times.nearest(held)).orElse(held);
  }

  /** The time a symbolic link gets; empty if it cannot be set. */
  static Optional<Attributes> heldByLink(Attributes wanted, EntryCapacity capacity) {
    Optional<TimeCapacity> times = capacity.linkTimes();
    return times.map(time -> time.nearest(capacity.held(wanted)));
  }

  /** One build. */
  private final class Build {
    private final Manifest manifest;
    private final SidecarPlan plan;
    private final EntryCapacity capacity;
    private final TreePaths paths;
    private final ContentCursor content;
    private final List<Entry.Directory> directories = new ArrayList<>();
    private final List<byte[]> lines = new ArrayList<>();
    private final Path folder;

    Build(Manifest manifest, Path folder, SidecarPlan plan, EntryCapacity capacity) {
      this.manifest = manifest;
      this.folder = folder;
      this.plan = plan;
      this.capacity = capacity;
      this.paths = new TreePaths(platform, folder);
      this.content = new ContentCursor(store, manifest.chunks());
    }

    void run(Optional<Path> sidecar) throws Failure, InterruptedException {
      int index = 0;
      for (Entry entry : manifest.entries()) {
        Path path = paths.of(entry.path());
        try {
          write(index, entry, path, sidecar);
        } catch (IOException e) {
          throw failure(path, e);
        }
        index++;
      }
      if (sidecar.isPresent()) {
        writeList(sidecar.get());
      }
      TreePaths again = new TreePaths(platform, folder);
      for (Entry.Directory directory : directories.reversed()) {
        setAttributes(again.of(directory.path()), directory.attributes());
      }
    }

    private void write(int index, Entry entry, Path path, Optional<Path> sidecar)
        throws Failure, IOException, InterruptedException {
      switch (entry) {
        case Entry.Directory directory -> {
          if (!directory.path().isRoot()) {
            platform.createDirectory(path);
          }
          writeStreams(index, directory, path, sidecar);
          directories.add(directory);
        }
        case Entry.File file -> {
          try (OutputStream out = platform.createFile(path)) {
            writeContent(file, out);
          }
          writeStreams(index, file, path, sidecar);
          setAttributes(path, file.attributes());
        }
        case Entry.Symlink link -> {
          platform.createSymlink(path, link.target());
          Optional<Attributes> held = heldByLink(link.attributes(), capacity);
          if (held.isPresent()) {
            platform.setAttributes(path, held.get());
          }
        }
        case Entry.HardLink link ->
            platform.createHardLink(path, new TreePaths(platform, folder).of(link.file()));
      }
    }

    private void writeContent(Entry.File file, OutputStream out)
        throws Failure, IOException, InterruptedException {
      long at = 0;
      for (Extents.Extent extent : TargetCheck.extents(file).map(Extents::data).orElse(List.of())) {
        skip(extent.offset() - at, out);
        content.copy(extent.length(), out);
        at = extent.offset() + extent.length();
      }
      if (at < file.size() && TargetCheck.extents(file).isPresent()) {
        skip(file.size() - at, out);
      } else {
        content.copy(file.size() - at, out);
      }
    }

    private void skip(long bytes, OutputStream out)
        throws Failure, IOException, InterruptedException {
      if (bytes > 0) {
        content.skip(bytes);
        Platform.skip(out, bytes);
      }
    }

    private void writeStreams(int index, Entry entry, Path path, Optional<Path> sidecar)
        throws Failure, IOException, InterruptedException {
      for (Stream stream : entry.streams()) {
        Integer number = plan.numbers().get(new SidecarPlan.Key(index, stream.name()));
        if (number == null) {
          try (OutputStream out = platform.writeStream(path, stream)) {
            content.copy(stream.size(), out);
          }
        } else {
          writeBeside(entry, stream, number, sidecar.orElseThrow());
        }
      }
    }

    private void writeBeside(Entry entry, Stream stream, int number, Path sidecar)
        throws Failure, IOException, InterruptedException {
      MessageDigest sha = Digest.sha256();
      String name = Sidecar.file(number);
      try (OutputStream out = platform.createFile(sidecar.resolve(name));
          DigestOutputStream digesting = new DigestOutputStream(out, sha)) {
        content.copy(stream.size(), digesting);
      }
      Digest digest = Digest.read(sha.digest(), 0);
      lines.add(
          Sidecar.line(new Sidecar.Line(entry.path(), stream.name(), stream.size(), digest, name)));
    }

    private void writeList(Path sidecar) throws Failure {
      Path list = sidecar.resolve(Sidecar.LIST);
      try (OutputStream out = platform.createFile(list)) {
        out.write(Sidecar.header(manifest.digest()));
        for (byte[] line : lines) {
          out.write(line);
        }
      } catch (IOException e) {
        throw failure(list, e);
      }
      // Readable by whoever may enter; the time is the version's, so that two builds are the same.
      Attributes root = directories.getFirst().attributes();
      for (Name name : platform.children(sidecar)) {
        setAttributes(sidecar.resolve(name.toString()), with(0644, root));
      }
      setAttributes(sidecar, with(0755, root));
    }

    private static Attributes with(int mode, Attributes times) {
      return new Attributes(mode, times.mtimeSeconds(), times.mtimeNanos());
    }

    private void setAttributes(Path path, Attributes attributes) throws Failure {
      if (capacity.modes()
          || capacity.times().isPresent()
          || !capacity.held(attributes).properties().isEmpty()) {
        platform.setAttributes(path, held(attributes, capacity));
      }
    }

    private static Failure failure(Path path, IOException e) {
      return Platform.failureIn(e)
          .orElseGet(
              () ->
                  Failure.temporary(
                          Code.PLACE_UNAVAILABLE,
                          "writing " + path,
                          String.valueOf(e.getMessage()),
                          "make the folder writable for the user Sluice runs as")
                      .about(List.of(path.toString()))
                      .because(e));
    }
  }
}
