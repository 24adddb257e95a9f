package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ntfs-3g shows of what POSIX systems know and Windows does not. */
class NtfsPropertiesTest {
  private static final String ACL = "u::rwx,u:77:rw-,g::r-x,m::rwx,o::r-x";

  private final LinuxCalls calls = new LinuxCalls();
  private Platform platform;

  @BeforeEach
  void open() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    platform = new LinuxPlatform();
  }

  private Path file(TestVolume volume, String name) throws Exception {
    Path file = platform.child(volume.root(), Name.of(name));
    try (OutputStream out = platform.createFile(file)) {
      out.write(new byte[] {1, 2, 3});
    }
    return file;
  }

  private Streams streams(Path entry, String keep) throws Failure {
    return platform.streams(entry, platform.facts(entry), Keep.parse(keep));
  }

  private int attribute(Path entry, String name, byte[] value) {
    return calls.setAttribute(PathNames.bytes(entry), bytes(name), value, value.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Property descriptor(Streams streams) {
    return streams.properties().stream()
        .filter(property -> property.key().equals(Property.SECURITY_DESCRIPTOR))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"windows", "xattr"})
  void aVolumeWithPermissionsHasOwnersAndSpecialModesByPolicy(String mode) throws Exception {
    try (TestVolume volume = TestVolume.ntfs(mode, "permissions")) {
      Path file = file(volume, "f");
      Property owner = Property.of(Property.OWNER, "1234567::7654321:");
      Attributes attributes = new Attributes(06755, 1_700_000_000, 0, List.of(owner));
      platform.setAttributes(file, attributes);
      assertThat(streams(file, "owner,setuid").properties()).contains(owner);
      assertThat(platform.facts(file).more().specialNames()).containsExactly("setgid", "setuid");
      assertThat(streams(file, "").properties()).doesNotContain(owner);
    }
  }

  /** A descriptor says all that a list says: it needs no property of its own. */
  @Test
  void anAccessListComesBackWithTheDescriptor() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows", "permissions", "acl")) {
      Path file = file(volume, "f");
      byte[] value = PosixAcl.value(ACL).orElseThrow();
      int set = attribute(file, "system.posix_acl_access", value);
      Assumptions.assumeTrue(set == 0, "ntfs-3g was built without access lists");
      Property descriptor = descriptor(streams(file, ""));

      Path copy = file(volume, "copy");
      Attributes attributes = new Attributes(0755, 1_700_000_000, 0, List.of(descriptor));
      platform.setAttributes(copy, attributes);
      byte[] found = new byte[1000];
      int length =
          calls.getAttribute(PathNames.bytes(copy), bytes("system.posix_acl_access"), found);
      assertThat(PosixAcl.text(java.util.Arrays.copyOf(found, length))).contains(ACL);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"windows", "xattr"})
  void whatIsNeitherFileNorFolderNorLinkIsSeenAsSpecial(String mode) throws Exception {
    try (TestVolume volume = TestVolume.ntfs(mode)) {
      Path pipe = platform.child(volume.root(), Name.of("pipe"));
      String said = TestVolume.run("mkfifo", pipe.toString());
      Assumptions.assumeTrue(said.isEmpty(), "cannot make a pipe: " + said);
      assertThat(platform.facts(pipe).kind()).isEqualTo(Facts.Kind.SPECIAL);
    }
  }

  @Test
  void foreignAttributesAreStreamsToTheOtherInterface() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("xattr")) {
      Path file = file(volume, "f");
      assertThat(attribute(file, "user.DosStream.q:$DATA", new byte[] {5, 0})).isZero();
      assertThat(attribute(file, "trusted.sluice", new byte[] {7})).isZero();
      // ntfs-3g lists no attributes of root here: there is nothing to be told.
      Streams shown = streams(file, "");
      assertThat(shown.named()).containsExactly(new Stream(Name.of("q"), 1));
      assertThat(shown.remarks())
          .containsExactly(Remark.mapped("stream q", "read from the form Samba keeps it in"));

      volume.remount("windows");
      assertThat(attribute(file, "trusted.other", new byte[] {7})).isEqualTo(-Errno.EOPNOTSUPP);
      Streams all = streams(file, "");
      assertThat(all.named())
          .containsExactly(
              new Stream(Name.of("DosStream.q:$DATA"), 2),
              new Stream(Name.of("ntfs-3g.trusted.sluice"), 1));
      assertThat(all.remarks()).isEmpty();
    }
  }

  @Test
  void streamsOfALinkAreToldWhereTheyAreSeen() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("xattr")) {
      Path link = platform.child(volume.root(), Name.of("link"));
      platform.createSymlink(link, LinkTarget.of(bytes("f")));
      String said = TestVolume.run("setfattr", "-h", "-n", "trusted.a", "-v", "b", link.toString());
      Assumptions.assumeTrue(said.isEmpty(), "cannot give a link an attribute: " + said);
      assertThat(streams(link, "").remarks()).isEmpty();

      volume.remount("windows");
      assertThat(streams(link, "").remarks())
          .containsExactly(Remark.refused("stream ntfs-3g.trusted.a", "it is a symbolic link's"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"windows", "xattr"})
  void holesAreNotToldAndReadAsZeros(String mode) throws Exception {
    try (TestVolume volume = TestVolume.ntfs(mode)) {
      Path file = platform.child(volume.root(), Name.of("sparse"));
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(new byte[] {1}), (4 << 20) - 1);
      }
      assertThat(platform.facts(file).more().blocks() * 512).isLessThan(4 << 20);
      assertThat(streams(file, "").properties())
          .extracting(Property::key)
          .doesNotContain(Property.SPARSE);
      byte[] expected = new byte[4 << 20];
      expected[expected.length - 1] = 1;
      try (var in = platform.read(file)) {
        assertThat(in.readAllBytes()).isEqualTo(expected);
      }
    }
  }
}
