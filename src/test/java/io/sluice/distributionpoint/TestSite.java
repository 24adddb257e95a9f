package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.WatchedDisk;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.PackageId;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real library and what a distribution point needs; may end the process at a named point. */
final class TestSite implements AutoCloseable {
  /** Stands for the death of the process. */
  static final class Crash extends Error {
    Crash(String point) {
      super(point);
    }
  }

  static final PackageId ID = PackageId.parse("CEN-12");

  final Platform platform = Platforms.ofThisMachine();
  final Threads threads = new OsThreads();
  final List<String> reached = new ArrayList<>();
  final Disk disk = new WatchedDisk(new HostDisk(this::reach), this::watch);
  WatchedDisk.Watcher watcher = (operation, path) -> {};
  final Library library;
  String crashAt = "";
  private final TestVolume home;

  TestSite() throws IOException, Failure {
    home = TestVolume.plain();
    library = Library.open(new HostDisk(), home.root().resolve("library"));
  }

  private void watch(WatchedDisk.Operation operation, Path path) throws Failure {
    watcher.before(operation, path);
  }

  private void reach(String point) {
    reached.add(point);
    if (point.equals(crashAt)) {
      crashAt = "";
      throw new Crash(point);
    }
  }

  FolderPlace place(Path folder, StreamPolicy policy) {
    return place("CEN", "shop", folder, policy);
  }

  FolderPlace place(String code, String name, Path folder, StreamPolicy policy) {
    FolderPlace.Parts parts = new FolderPlace.Parts(platform, disk, threads);
    return new FolderPlace(owner(code, name), folder, policy, parts, library);
  }

  /** One that works in the calling thread, and takes content from this store. */
  FolderPlace place(Path folder, ChunkStore store) {
    FolderPlace.Parts parts = new FolderPlace.Parts(platform, disk, new CallerThread());
    return new FolderPlace(owner("CEN", "shop"), folder, StreamPolicy.SIDECAR, parts, store);
  }

  private PlaceOwner owner(String code, String name) {
    return new PlaceOwner(code, name, notes());
  }

  /** Where the site notes which folders it has taken. */
  Path notes() {
    return home.root().resolve("places");
  }

  @Override
  public void close() throws IOException {
    try {
      library.close();
    } catch (Failure e) {
      throw new IOException(e);
    } finally {
      home.close();
    }
  }
}
