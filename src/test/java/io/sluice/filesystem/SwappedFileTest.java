package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody gives a file's name to another one while it is written. */
class SwappedFileTest {
  private static final byte[] MINE = {1, 2, 3};

  private static TestVolume volume(String kind) throws IOException {
    return switch (kind) {
      case "tmpfs" -> TestVolume.tmpfs(1 << 20);
      case "ntfs-windows" -> TestVolume.ntfs("windows");
      case "ntfs-xattr" -> TestVolume.ntfs("xattr");
      default -> TestVolume.plain();
    };
  }

  /** Something that can be set on this kind. */
  private static Property property(String kind) {
    return kind.startsWith("ntfs")
        ? Property.of(Property.DOS, "2")
        : Property.of(Name.of(Property.XATTR + "trusted.sluice"), "some");
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "tmpfs", "ntfs-windows", "ntfs-xattr"})
  void attributesGoToTheFileThatWasMade(String kind) throws Exception {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    try (TestVolume volume = volume(kind)) {
      Platform platform = new LinuxPlatform();
      Path path = volume.folder("folder");
      Path outside = Files.write(volume.root().resolve("outside"), MINE);
      Property property = property(kind);
      Assumptions.assumeTrue(
          platform.entryCapacity(path).properties().holds(property), "it cannot be set here");
      for (boolean link : new boolean[] {true, false}) {
        try (Folder folder = platform.folder(path)) {
          Folder.NewFile out = folder.createFile(Name.of("file"));
          out.write(7);
          Files.move(path.resolve("file"), path.resolve("moved" + link));
          if (link) {
            Files.createSymbolicLink(path.resolve("file"), outside);
          } else {
            Files.createLink(path.resolve("file"), outside);
          }
          out.setAttributes(new Attributes(0640, 1_000_000_000, 0).with(List.of(property)));
          out.close();
        }
        Files.delete(path.resolve("file"));
        assertThat(properties(platform, outside)).doesNotContain(property);
        assertThat(platform.facts(outside).attributes().mtimeSeconds())
            .isGreaterThan(1_000_000_000);
        assertThat(outside).hasBinaryContent(MINE);
        Path made = path.resolve("moved" + link);
        assertThat(properties(platform, made)).contains(property);
        assertThat(platform.facts(made).attributes().mtimeSeconds()).isEqualTo(1_000_000_000);
      }
    }
  }

  private static List<Property> properties(Platform platform, Path file) throws Exception {
    return platform.streams(file, platform.facts(file), Keep.EVERYTHING).properties();
  }
}
