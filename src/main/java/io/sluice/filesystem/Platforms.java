package io.sluice.filesystem;

/** Which platform this process runs on. */
public final class Platforms {
  private Platforms() {}

  /** The best platform for this machine; make one and pass it on. */
  public static Platform ofThisMachine() {
    return LinuxCalls.areAvailable() ? new LinuxPlatform() : new PortablePlatform();
  }
}
