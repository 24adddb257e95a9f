package io.sluice.filesystem;

import io.sluice.manifest.Name;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Run as a process of its own in a locale chosen by the test. */
final class RawNamesInAnyLocale {
  private RawNamesInAnyLocale() {}

  public static void main(String[] arguments) throws Exception {
    System.out.println("encoding " + System.getProperty("sun.jnu.encoding"));
    for (Platform platform : List.of(new LinuxPlatform(), new PortablePlatform())) {
      Path folder =
          platform.child(
              Path.of(arguments[0]), Name.of("\u00fc " + platform.getClass().getSimpleName()));
      platform.createDirectory(folder);
      List<Name> names =
          List.of(
              Name.of("plain"), Name.of("\u00fc"), Name.of(new byte[] {(byte) 0xf0, (byte) 0xff}));
      for (Name name : names) {
        Path directory = platform.child(folder, name);
        platform.createDirectory(directory);
        platform.createFile(platform.child(directory, name)).close();
        require(platform.children(directory).equals(List.of(name)), name + " came back otherwise");
      }
      require(platform.children(folder).equals(names), "names " + platform.children(folder));
    }
    Path umlaut = new LinuxPlatform().child(Path.of(arguments[0]), Name.of("\u00fc"));
    new LinuxPlatform().createFile(umlaut).close();
    System.out.println("same " + StandardCharsets.UTF_8.displayName());
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
