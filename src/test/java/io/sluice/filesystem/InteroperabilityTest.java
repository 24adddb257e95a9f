package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other programs say of streams and attributes, beside what we say of them. */
class InteroperabilityTest {
  private static final byte[] NOTE = "a note, ω\n".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;
  private Platform platform;

  @BeforeEach
  void requireLinux() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    platform = new LinuxPlatform();
  }

  @Test
  void getfattrAndSetfattrAgreeWithUs() throws Exception {
    Path file = file(folder, "f");
    write(file, "note", NOTE);
    write(file, "empty", new byte[0]);
    String said =
        run("getfattr", "-d", "-m", "-", "-e", "hex", "--absolute-names", file.toString());
    assertThat(said.lines())
        .contains("user.note=0x" + HexFormat.of().formatHex(NOTE))
        .anyMatch(line -> line.equals("user.empty=0x") || line.equals("user.empty"));
    run("setfattr", "-n", "user.theirs", "-v", "0x00ff10", file.toString());
    assertThat(named(file))
        .containsExactly(stream("empty", 0), stream("note", NOTE.length), stream("theirs", 3));
    assertThat(read(file, "theirs")).containsExactly(0, 255, 16);
  }

  @Test
  void ntfsinfoFindsTheStreamsAndAttributesWeWrote() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path file = file(volume.root(), "f");
      write(file, "note", NOTE);
      write(file, "large", new byte[300_000]);
      platform.setAttributes(
          file, new Attributes(0644, 1_700_000_000, 0, List.of(Property.of(Property.DOS, "22"))));
      assertThat(named(file))
          .containsExactly(stream("large", 300_000), stream("note", NOTE.length));
      String said = volume.ask("ntfsinfo", "-v", "-F", "/f");
      assertThat(said)
          .containsPattern(
              "Attribute name:\\s+'note'[\\s\\S]*?(Data size|Attribute length):?\\s+" + NOTE.length)
          .containsPattern("Attribute name:\\s+'large'[\\s\\S]*?Data size:\\s+300000")
          .contains("HIDDEN", "ARCHIVE");
    }
  }

  @Test
  void sambasStreamsAreOursAndOursAreSambas() throws Exception {
    requireProgram("smbd");
    requireProgram("smbclient");
    Path share = Files.createDirectory(folder.resolve("share"));
    Path text = Files.write(folder.resolve("note"), NOTE);
    try (Samba samba = new Samba(folder, share)) {
      samba.ask("put " + text + " f; put " + text + " f:note; setmode f +h");
      Path theirs = share.resolve("f");
      assertThat(named(theirs)).containsExactly(stream("note", NOTE.length));
      assertThat(read(theirs, "note")).isEqualTo(NOTE);
      Facts facts = platform.facts(theirs);
      List<Property> properties = platform.streams(theirs, facts, Keep.USUAL).properties();
      assertThat(properties)
          .contains(Property.of(Property.DOS, "22"), Property.of(Property.SAMBA, "note"));
      assertThat(samba.ask("allinfo f"))
          .contains("[:note:$DATA], " + NOTE.length + " bytes", "(22)");

      Path ours = file(share, "g");
      write(ours, "note", NOTE);
      Attributes all = facts.attributes().with(properties);
      platform.setAttributes(ours, platform.entryCapacity(share).held(all));
      assertThat(samba.ask("allinfo g"))
          .contains("[:note:$DATA], " + NOTE.length + " bytes", "(22)");
      Path back = folder.resolve("back");
      samba.ask("get g:note " + back);
      assertThat(back).hasBinaryContent(NOTE);
    }
  }

  private static Stream stream(String name, long size) {
    return new Stream(Name.of(name), size);
  }

  private Path file(Path in, String name) throws Exception {
    Path file = platform.child(in, Name.of(name));
    try (OutputStream out = platform.createFile(file)) {
      out.write(1);
    }
    return file;
  }

  private void write(Path file, String name, byte[] bytes) throws Exception {
    try (OutputStream out = platform.writeStream(file, stream(name, bytes.length))) {
      out.write(bytes);
    }
  }

  private byte[] read(Path file, String name) throws Exception {
    try (InputStream in = platform.readStream(file, Name.of(name))) {
      return in.readAllBytes();
    }
  }

  private List<Stream> named(Path file) throws Exception {
    return platform.streams(file, platform.facts(file), Keep.USUAL).named();
  }

  private static void requireProgram(String name) {
    boolean found =
        List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin").stream()
            .anyMatch(in -> Files.isExecutable(Path.of(in, name)));
    Assumptions.assumeTrue(found, "no " + name + " here");
  }

  private static String run(String... command) throws IOException {
    requireProgram(command[0]);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Samba's own server with its module for streams in extended attributes. */
  private static final class Samba implements AutoCloseable {
    private static final int TRIES = 200;
    private static final long PAUSE_NANOS = 50_000_000;

    private final Process server;
    private final int port;

    Samba(Path folder, Path share) throws IOException {
      port = freePort();
      Path state = Files.createDirectories(folder.resolve("state"));
      String text =
          """
          [global]
            server role = standalone server
            map to guest = Bad User
            guest account = root
            bind interfaces only = yes
            interfaces = 127.0.0.1
            smb ports = PORT
            disable netbios = yes
            private dir = STATE
            lock directory = STATE
            state directory = STATE
            cache directory = STATE
            pid directory = STATE
            ncalrpc dir = STATE/ncalrpc
            log file = STATE/log
            load printers = no
            disable spoolss = yes
          [share]
            path = SHARE
            guest ok = yes
            read only = no
            force user = root
            vfs objects = streams_xattr
            ea support = yes
            store dos attributes = yes
          """;
      Path settings = folder.resolve("smb.conf");
      Files.writeString(
          settings,
          text.replace("PORT", String.valueOf(port))
              .replace("STATE", state.toString())
              .replace("SHARE", share.toString()));
      server =
          new ProcessBuilder("smbd", "--foreground", "-s", settings.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("smbd.out").toFile())
              .start();
      for (int i = 0; i < TRIES && !answers(); i++) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      }
    }

    private boolean answers() {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return socket.isConnected();
      } catch (IOException e) {
        return false;
      }
    }

    String ask(String commands) throws IOException {
      return run(
          "smbclient", "//127.0.0.1/share", "-p", String.valueOf(port), "-N", "-c", commands);
    }

    @Override
    public void close() {
      server.destroy();
      server.onExit().completeOnTimeout(server, 10, TimeUnit.SECONDS).join();
      server.destroyForcibly();
    }
  }
}
