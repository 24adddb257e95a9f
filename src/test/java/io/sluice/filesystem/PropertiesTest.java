package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes beside mode, time and streams, on real file systems. */
class PropertiesTest {
  private static final String ACL = "u::rwx,u:1:r--,u:4294967294:rw-,g::r-x,m::rwx,o::r-x";

  private Platform platform;

  @BeforeEach
  void open() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    platform = new LinuxPlatform();
  }

  private Path file(Path folder, String name) throws Exception {
    Path file = platform.child(folder, Name.of(name));
    try (OutputStream out = platform.createFile(file)) {
      out.write(new byte[] {1, 2, 3});
    }
    return file;
  }

  private List<Property> properties(Path entry, Keep keep) throws Failure {
    return platform.streams(entry, platform.facts(entry), keep).properties();
  }

  private void set(Path entry, int mode, Property... properties) throws Failure {
    platform.setAttributes(entry, new Attributes(mode, 1_700_000_000, 0, List.of(properties)));
  }

  private static void attribute(Path entry, String name, byte[] value) {
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    int set = new LinuxCalls().setAttribute(PathNames.bytes(entry), key, value, value.length);
    Assumptions.assumeTrue(set == 0, "cannot set " + name + ": " + Errno.text(-set));
  }

  @Test
  void aPlainDiskHoldsOwnerListsAndForeignAttributes() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      PropertyCapacity held = platform.entryCapacity(volume.root()).properties();
      assertThat(held.specialModes()).isTrue();
      assertThat(held.keys())
          .contains(Property.OWNER, Property.ACL, Property.ACL_DEFAULT, Name.of("xattr:security."))
          .doesNotContain(Property.SECURITY_DESCRIPTOR, Property.DOS, Property.BIRTH);
      Path file = file(volume.root(), "f");
      Property acl = Property.of(Property.ACL, ACL);
      Property owner = Property.of(Property.OWNER, "1234567:no-such-user-here:7654321:");
      set(file, 06775, acl, owner);
      assertThat(properties(file, Keep.EVERYTHING))
          .contains(acl, Property.of(Property.OWNER, "1234567::7654321:"));
      assertThat(platform.facts(file).more().specialNames()).containsExactly("setgid", "setuid");
      Path folder = volume.folder("d");
      Property list = Property.of(Property.ACL_DEFAULT, "u::rwx,g::---,o::---");
      set(folder, 0755, list);
      assertThat(properties(folder, Keep.USUAL)).containsExactly(list);
    }
  }

  @Test
  void anOwnerIsSetByNameWhereItIsKnown() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path file = file(volume.root(), "f");
      set(file, 0644, Property.of(Property.OWNER, "4711:root:4712:root"));
      assertThat(properties(file, Keep.EVERYTHING))
          .contains(Property.of(Property.OWNER, "0:root:0:root"));
    }
  }

  @Test
  void aPlainDiskTellsTheTimeOfBirthByPolicyAndCannotBeToldIt() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path file = file(volume.root(), "f");
      Facts.More more = platform.facts(file).more();
      Assumptions.assumeTrue(more.birthNanos() >= 0, "this disk knows no time of birth");
      Property birth =
          Property.of(Property.BIRTH, "%d.%09d".formatted(more.birthSeconds(), more.birthNanos()));
      assertThat(properties(file, Keep.parse("birth"))).containsExactly(birth);
      assertThat(properties(file, Keep.USUAL)).isEmpty();
      assertThat(platform.entryCapacity(volume.root()).properties().keys())
          .doesNotContain(Property.BIRTH);
    }
  }

  @Test
  void whatAPolicyLeavesOutIsTold() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path file = file(volume.root(), "f");
      set(file, 0755, Property.of(Property.ACL, ACL));
      attribute(file, "trusted.sluice", new byte[] {1});
      Facts facts = platform.facts(file);
      Streams without = platform.streams(file, facts, Keep.parse("-acl, xattr:trusted.other"));
      assertThat(without.properties()).isEmpty();
      assertThat(without.remarks())
          .containsExactlyInAnyOrder(
              Remark.dropped("system.posix_acl_access"), Remark.dropped("trusted.sluice"));
      Streams with = platform.streams(file, facts, Keep.parse("xattr:trusted.*"));
      assertThat(with.remarks()).isEmpty();
      assertThat(with.properties())
          .extracting(property -> property.key().toString())
          .containsExactly("acl", "xattr:trusted.sluice");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"windows", "xattr"})
  void ntfsKeepsDescriptorsDosAttributesAndBirth(String mode) throws Exception {
    try (TestVolume volume = TestVolume.ntfs(mode)) {
      PropertyCapacity held = platform.entryCapacity(volume.root()).properties();
      assertThat(held.keys())
          .contains(Property.SECURITY_DESCRIPTOR, Property.DOS, Property.BIRTH)
          .doesNotContain(Property.ACL);
      Path file = file(volume.root(), "f");
      Property descriptor = descriptor();
      Property dos = Property.of(Property.DOS, "27");
      Property birth = Property.of(Property.BIRTH, "-86400.000000100");
      set(file, 0644, birth, dos, descriptor);
      assertThat(properties(file, Keep.EVERYTHING)).contains(birth, dos, descriptor);
      assertThat(properties(file, Keep.USUAL)).contains(dos, descriptor).doesNotContain(birth);
      Path folder = volume.folder("d");
      set(folder, 0755, Property.of(Property.DOS, "6"), descriptor);
      assertThat(properties(folder, Keep.USUAL))
          .contains(Property.of(Property.DOS, "6"), descriptor);
    }
  }

  /** Owner and group BUILTIN\Administrators, one entry that allows everything to a made-up user. */
  private static Property descriptor() {
    byte[] administrators = HexFormat.of().parseHex("01020000000000052000000020020000");
    byte[] user = HexFormat.of().parseHex("010300000000000515000000070000000b000000");
    int aclBytes = 8 + 8 + user.length;
    ByteBuffer bytes =
        ByteBuffer.allocate(20 + 2 * administrators.length + aclBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 1).put((byte) 0).putShort((short) 0x8004);
    bytes.putInt(20 + aclBytes).putInt(20 + aclBytes + administrators.length);
    bytes.putInt(0).putInt(20);
    bytes
        .put((byte) 2)
        .put((byte) 0)
        .putShort((short) aclBytes)
        .putShort((short) 1)
        .putShort((short) 0);
    bytes
        .put((byte) 0)
        .put((byte) 0)
        .putShort((short) (8 + user.length))
        .putInt(0x1f01ff)
        .put(user);
    bytes.put(administrators).put(administrators);
    return new Property(Property.SECURITY_DESCRIPTOR, bytes.array());
  }

  @Test
  void streamsInSambasFormAreReadWithoutTheByteBehindAndPutBackSo() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path file = file(volume.root(), "f");
      attribute(file, "user.DosStream.Zone.Identifier:$DATA", new byte[] {5, 6, 0});
      attribute(file, "user.plain", new byte[] {7});
      attribute(file, "user.DOSATTRIB", HexFormat.of().parseHex(DOSATTRIB_V4));
      Streams streams = platform.streams(file, platform.facts(file), Keep.USUAL);
      assertThat(streams.named())
          .containsExactly(
              new Stream(Name.of("Zone.Identifier"), 2), new Stream(Name.of("plain"), 1));
      assertThat(streams.properties())
          .contains(
              Property.of(Property.SAMBA, "Zone.Identifier"), Property.of(Property.DOS, "22"));
      try (InputStream in = platform.readStream(file, Name.of("Zone.Identifier"))) {
        assertThat(in.readAllBytes()).containsExactly(5, 6);
      }
      Path copy = file(volume.root(), "copy");
      try (OutputStream out =
          platform.writeStream(copy, new Stream(Name.of("Zone.Identifier"), 2))) {
        out.write(new byte[] {5, 6});
      }
      // What a plain disk can hold of them: the bits are in Samba's own attribute.
      set(
          copy,
          0644,
          streams.properties().stream()
              .filter(property -> !property.key().equals(Property.DOS))
              .toArray(Property[]::new));
      byte[] value = new byte[10];
      int length =
          new LinuxCalls()
              .getAttribute(
                  PathNames.bytes(copy),
                  "user.DosStream.Zone.Identifier:$DATA".getBytes(StandardCharsets.UTF_8),
                  value);
      assertThat(length).isEqualTo(3);
      assertThat(platform.streams(copy, platform.facts(copy), Keep.USUAL).properties())
          .isEqualTo(streams.properties());
    }
  }

  /** As Samba 4.17 writes it: version 4, flags 0x51, attributes 0x22. */
  private static final String DOSATTRIB_V4 =
      "00000400040000005100000022000000"
          + "0000000000000000"
          + "80a1e4c7d5a9da01"
          + "0000000000000000";

  @Test
  void aStreamThatIsThereInBothFormsIsRefused() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path file = file(volume.root(), "f");
      attribute(file, "user.DosStream.a:$DATA", new byte[] {5, 0});
      attribute(file, "user.a", new byte[] {7});
      assertThatThrownBy(() -> platform.streams(file))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.STREAM_UNREADABLE);
                assertThat(failure.why()).contains("twice");
              });
    }
  }

  @Test
  void holesAreTold() throws Exception {
    try (TestVolume volume = TestVolume.tmpfs(64 << 20)) {
      Path file = platform.child(volume.root(), Name.of("sparse"));
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(new byte[4096]), 1 << 20);
        out.write(ByteBuffer.wrap(new byte[] {1}), (8 << 20) - 1);
      }
      assertThat(properties(file, Keep.USUAL))
          .containsExactly(Property.of(Property.SPARSE, "1048576+4096,8384512+4096"));
      assertThat(properties(file, Keep.parse("-sparse"))).isEmpty();
      Path copy = platform.child(volume.root(), Name.of("copy"));
      try (OutputStream out = platform.createFile(copy)) {
        Platform.skip(out, 1 << 20);
        out.write(new byte[4096]);
        Platform.skip(out, 1 << 20);
      }
      assertThat(platform.facts(copy).size().bytes()).isEqualTo((2 << 20) + 4096);
      assertThat(properties(copy, Keep.USUAL))
          .containsExactly(Property.of(Property.SPARSE, "1048576+4096"));
    }
  }

  @Test
  void textOfAnAccessListIsItsValueAndBack() {
    byte[] value = PosixAcl.value(ACL).orElseThrow();
    assertThat(PosixAcl.text(value)).contains(ACL);
    for (String wrong : List.of("u::rwx,", "x::rwx", "m:1:rwx", "u:4294967296:rwx", "u::rw", "")) {
      Optional<byte[]> made = PosixAcl.value(wrong);
      assertThat(wrong.isEmpty() ? Optional.empty() : made).as(wrong).isEmpty();
    }
    assertThat(PosixAcl.text(new byte[] {1, 0, 0, 0})).isEmpty();
    assertThat(PosixAcl.text(new byte[] {2, 0, 0, 0, 1})).isEmpty();
  }

  @Test
  void extentsThatMakeNoSenseAreNone() {
    for (String wrong : List.of("0+1,1+1", "5+5,0+1", "0+11", "-1+2", "0+0", "a", "1+", "0+1,,")) {
      assertThat(Extents.parse(Property.of(Property.SPARSE, wrong), 10)).as(wrong).isEmpty();
    }
    assertThat(Extents.parse(Property.of(Property.SPARSE, ""), 10).orElseThrow().data()).isEmpty();
    assertThat(Extents.parse(Property.of(Property.SPARSE, "0+1,4+6"), 10).orElseThrow().bytes())
        .isEqualTo(7);
  }

  @Test
  void wordsThatSayNothingAreRefusedTogether() {
    assertThatThrownBy(() -> Keep.parse("owner,onwer,-x,xattr:"))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> assertThat(failure.items()).containsExactly("onwer", "-x", "xattr:"));
  }

  @Test
  void ntfsKeepsTheTimeOfModificationBesideThatOfBirthWhenItIsMountedAgain() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path file = file(volume.root(), "f");
      set(file, 0777, Property.of(Property.BIRTH, "1500000000.000000100"));
      volume.remount("windows");
      assertThat(platform.facts(file).attributes().mtimeSeconds()).isEqualTo(1_700_000_000);
      assertThat(properties(file, Keep.EVERYTHING))
          .contains(Property.of(Property.BIRTH, "1500000000.000000100"));
    }
  }

  private static void attribute(Path entry, byte[] name, byte[] value) {
    int set = new LinuxCalls().setAttribute(PathNames.bytes(entry), name, value, value.length);
    Assumptions.assumeTrue(set == 0, "cannot set an attribute: " + Errno.text(-set));
  }

  private byte[] content(Path entry, Name stream) throws Exception {
    try (InputStream in = platform.readStream(entry, stream)) {
      return in.readAllBytes();
    }
  }

  @Test
  void aStreamInSambasFormMayHaveAnyBytesInItsName() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Name name = Name.of(new byte[] {'n', (byte) 0xff, '\n'});
      Path file = file(volume.root(), "f");
      attribute(file, SambaDos.attribute(name.bytes()), new byte[] {5, 6, 0});
      Streams streams = platform.streams(file, platform.facts(file), Keep.USUAL);
      assertThat(streams.named()).containsExactly(new Stream(name, 2));
      assertThat(content(file, name)).containsExactly(5, 6);
      Path copy = file(volume.root(), "copy");
      try (OutputStream out = platform.writeStream(copy, new Stream(name, 2))) {
        out.write(new byte[] {5, 6});
      }
      set(copy, 0644, streams.properties().toArray(Property[]::new));
      assertThat(platform.streams(copy, platform.facts(copy), Keep.USUAL)).isEqualTo(streams);
      byte[] value = new byte[10];
      byte[] theirs = SambaDos.attribute(name.bytes());
      assertThat(new LinuxCalls().getAttribute(PathNames.bytes(copy), theirs, value)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0506", ""})
  void whatHasNoZeroByteBehindIsKeptToTheLastByte(String hex) throws Exception {
    byte[] value = HexFormat.of().parseHex(hex);
    try (TestVolume volume = TestVolume.plain()) {
      Path file = file(volume.root(), "f");
      attribute(file, "user.DosStream.a:$DATA", value);
      Name name = Name.of("DosStream.a:$DATA");
      Streams streams = platform.streams(file, platform.facts(file), Keep.USUAL);
      assertThat(streams.named()).containsExactly(new Stream(name, value.length));
      assertThat(streams.properties()).isEmpty();
      assertThat(content(file, name)).isEqualTo(value);
      assertThat(
              AttributeForm.meaning(
                  "user.DosStream.a:$DATA".getBytes(StandardCharsets.UTF_8), value))
          .isEqualTo(new AttributeForm.Meaning.OfStream(name, false));
    }
  }

  @Test
  void ntfsItselfSaysWhichDosAttributesAFileHasThatSambaHasWrittenThemTo() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("xattr")) {
      Path file = file(volume.root(), "f");
      attribute(file, "user.DOSATTRIB", HexFormat.of().parseHex(DOSATTRIB_V4));
      set(file, 0644, Property.of(Property.DOS, "1"));
      assertThat(properties(file, Keep.USUAL))
          .extracting(Property::toString)
          .filteredOn(text -> text.startsWith("dos="))
          .containsExactly("dos=1");
    }
  }

  @Test
  void attributesOfALinkAreTold() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path link = platform.child(volume.root(), Name.of("link"));
      platform.createSymlink(link, LinkTarget.of(new byte[] {'f'}));
      attribute(link, "trusted.sluice", new byte[] {1});
      assertThat(platform.streams(link, platform.facts(link), Keep.EVERYTHING).remarks())
          .contains(Remark.refused("trusted.sluice", "it is a symbolic link's"));
    }
  }

  @Test
  void holesThatAreTooManyAreTold() throws Exception {
    try (TestVolume volume = TestVolume.tmpfs(64 << 20)) {
      Path file = platform.child(volume.root(), Name.of("sparse"));
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (int i = 0; i <= LinuxProperties.EXTENTS_MAX; i++) {
          out.write(ByteBuffer.wrap(new byte[] {1}), i * 8192L);
        }
      }
      Streams streams = platform.streams(file, platform.facts(file), Keep.USUAL);
      assertThat(streams.properties()).isEmpty();
      assertThat(streams.remarks()).extracting(Remark::what).containsExactly("holes");
    }
  }

  @Test
  void anAttributeLongerThanTheKernelTakesIsRefused() throws Exception {
    try (TestVolume volume = TestVolume.tmpfs(1 << 20)) {
      Path file = file(volume.root(), "f");
      String list = String.join(",", java.util.Collections.nCopies(9_000, "u::rwx"));
      assertThatThrownBy(() -> set(file, 0644, Property.of(Property.ACL, list)))
          .isInstanceOf(Failure.class);
    }
  }
}
