package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Named streams through Java's own view. The view reads and writes a stream in one piece, which is
 * right for attributes; on Windows a stream has no bound and is opened as {@code file:stream}.
 */
final class PortableStreams {
  static final boolean WINDOWS = java.io.File.separatorChar == '\\';

  /** The longest stream held in memory as one piece. */
  private static final int PIECE_BYTES_MAX = 64 << 20;

  List<Stream> list(Path entry) throws Failure {
    Optional<UserDefinedFileAttributeView> view = view(entry);
    if (view.isEmpty()) {
      return List.of();
    }
    List<Stream> streams = new ArrayList<>();
    try {
      for (String text : view.get().list()) {
        streams.add(new Stream(name(entry, text), size(view.get(), entry, text)));
      }
    } catch (IOException e) {
      throw PortablePlatform.reading(entry, e);
    }
    streams.sort((a, b) -> a.name().compareTo(b.name()));
    return streams;
  }

  InputStream read(Path entry, Name stream) throws Failure {
    String text = text(entry, stream);
    try {
      if (WINDOWS) {
        return new FileInputStream(entry + ":" + text);
      }
      UserDefinedFileAttributeView view = view(entry).orElseThrow();
      return new ByteArrayInputStream(value(view, text));
    } catch (IOException e) {
      throw unreadable(entry, text, e);
    }
  }

  OutputStream write(Path entry, Stream stream) throws Failure {
    String text = text(entry, stream.name());
    try {
      if (WINDOWS) {
        return new FileOutputStream(entry + ":" + text);
      }
    } catch (IOException e) {
      throw unsupported(entry, stream, e);
    }
    Optional<UserDefinedFileAttributeView> view = view(entry);
    if (view.isEmpty() || stream.size() > PIECE_BYTES_MAX) {
      throw unsupported(entry, stream, new IOException("the file system does not support it"));
    }
    return new PieceOutput(entry, view.get(), stream, text);
  }

  /** The view cannot be told not to follow a link; callers ask only about files and directories. */
  private static Optional<UserDefinedFileAttributeView> view(Path entry) {
    return Optional.ofNullable(
        Files.getFileAttributeView(entry, UserDefinedFileAttributeView.class));
  }

  private static long size(UserDefinedFileAttributeView view, Path entry, String text)
      throws Failure {
    try {
      return WINDOWS ? view.size(text) : value(view, text).length;
    } catch (IOException e) {
      throw unreadable(entry, text, e);
    }
  }

  private static byte[] value(UserDefinedFileAttributeView view, String text) throws IOException {
    int size = view.size(text);
    if (size > PIECE_BYTES_MAX) {
      throw new IOException("the stream has " + size + " bytes, too many for one piece");
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    if (size > 0) {
      view.read(text, bytes);
    }
    return java.util.Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static Name name(Path entry, String text) throws Failure {
    try {
      return Name.of(Wtf8.encode(text));
    } catch (IllegalArgumentException e) {
      throw Failure.permanent(
              Code.NAME_UNSUPPORTED,
              "listing the streams of " + entry,
              "a stream or user attribute has " + e.getMessage(),
              "remove or rename it, then try again")
          .about(List.of(entry + " : " + text));
    }
  }

  private static String text(Path entry, Name stream) throws Failure {
    Optional<String> text = Wtf8.decode(stream.bytes());
    if (text.isEmpty() || text.get().indexOf('\uFFFD') >= 0) {
      throw unsupported(entry, new Stream(stream, 0), new IOException("the name is not Unicode"));
    }
    return text.get();
  }

  private static Failure unreadable(Path entry, String stream, IOException e) {
    return Failure.permanent(
            Code.STREAM_UNREADABLE,
            "reading stream " + stream + " of " + entry,
            String.valueOf(e.getMessage()),
            "let the user Sluice runs as read it; on ntfs-3g mount with streams_interface=windows")
        .about(List.of(entry + " : " + stream))
        .because(e);
  }

  private static Failure unsupported(Path entry, Stream stream, IOException e) {
    return Failure.permanent(
            Code.STREAMS_UNSUPPORTED,
            "writing stream " + stream.name() + " (" + stream.size() + " bytes) of " + entry,
            String.valueOf(e.getMessage()),
            "use a file system that holds the stream, or let the distribution point keep sidecars")
        .about(List.of(entry + " : " + stream.name()))
        .because(e);
  }

  /** Gathers a stream's bytes; the view takes them whole when it is closed. */
  private static final class PieceOutput extends OutputStream {
    private final Path entry;
    private final UserDefinedFileAttributeView view;
    private final Stream stream;
    private final String text;
    private final ByteBuffer bytes;
    private boolean closed;

    PieceOutput(Path entry, UserDefinedFileAttributeView view, Stream stream, String text) {
      this.entry = entry;
      this.view = view;
      this.stream = stream;
      this.text = text;
      this.bytes = ByteBuffer.allocate((int) stream.size());
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int count) throws IOException {
      if (count > bytes.remaining()) {
        throw new IOException(entry + " : " + text + " got more bytes than announced");
      }
      bytes.put(from, at, count);
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      if (bytes.hasRemaining()) {
        throw new IOException(entry + " : " + text + " got fewer bytes than announced");
      }
      try {
        view.write(text, bytes.flip());
      } catch (IOException e) {
        throw LinuxFailures.carried(unsupported(entry, stream, e));
      }
    }
  }
}
