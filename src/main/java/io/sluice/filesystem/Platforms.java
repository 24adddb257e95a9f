package io.sluice.filesystem;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Which platform this process runs on. */
public final class Platforms {
  private Platforms() {}

  /** The newest of the C library's functions that are called: the others are older. */
  private static final List<String> NEEDED =
      List.of(
          "statx", "getdents64", "syncfs", "utimensat", "fchmodat", "lsetxattr", "copy_file_range");

  /** The best platform for this machine; make one and pass it on. */
  public static Platform ofThisMachine() {
    return isFullLinux() ? new LinuxPlatform() : new PortablePlatform();
  }

  /**
   * True if this machine is a 64-bit Linux whose C library has every call needed. Asked here,
   * because {@link LinuxCalls} cannot even be loaded elsewhere.
   */
  static boolean isFullLinux() {
    if (!System.getProperty("os.name", "").equals("Linux")
        || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      return false;
    }
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    return NEEDED.stream().allMatch(name -> lookup.find(name).isPresent());
  }
}
