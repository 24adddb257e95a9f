package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether a component has stopped writing because a force failed. After a failed force the
 * operating system may show bytes the disk does not have, and a second force may falsely succeed
 * (R. Gupta et al., <em>Can Applications Recover from fsync Failures?</em>, USENIX ATC 2020): so
 * none is tried, and nothing is acknowledged until a new process has read what is there.
 */
public final class Stop {
  private final String component;
  private final AtomicReference<Failure> first = new AtomicReference<>();

  /** Nothing has failed yet; the component is named as in "writing to the content library". */
  public Stop(String component) {
    this.component = component;
  }

  /** An operation that makes something durable. */
  @FunctionalInterface
  public interface Force {
    void run() throws Failure;
  }

  /** Runs a force; its failure stops the component. */
  public void force(Force force) throws Failure {
    require();
    try {
      force.run();
    } catch (Failure e) {
      first.compareAndSet(null, e);
      throw e;
    }
  }

  /**
   * Creates a folder and its missing parents. A folder that was made and whose name could not be
   * forced stops the component: whoever tries again finds it and forces nothing.
   */
  public void createFolders(Disk disk, Path folder) throws Failure {
    require();
    Path top = folder;
    for (Path path = folder; path != null && !disk.exists(path); path = path.getParent()) {
      top = path;
    }
    boolean isMissing = !disk.exists(top);
    try {
      disk.createFolders(folder);
    } catch (Failure e) {
      if (isMissing && e.code() != Code.NO_SPACE && disk.exists(top)) {
        first.compareAndSet(null, e);
      }
      throw e;
    }
  }

  /** Throws DISK_ERROR, permanent, if the component has stopped. */
  public void require() throws Failure {
    Failure cause = first.get();
    if (cause != null) {
      throw Failure.permanent(
              Code.DISK_ERROR,
              "writing to " + component,
              "it stopped when " + cause.what() + " failed: " + cause.why(),
              "check the disk, then start again; what was acknowledged is kept")
          .because(cause);
    }
  }
}
