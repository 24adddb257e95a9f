package io.sluice.web;

import io.sluice.failure.Failure;
import io.sluice.transfer.SiteMessages;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** One request of a child site and its answer, on the thread it came in on. */
final class SiteCall {
  /** Answers go out in pieces of at most so many bytes. */
  static final int WRITE_BYTES_MAX = 256 << 10;

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final Thread thread = Thread.currentThread();
  private boolean over;
  private boolean writing;
  private boolean cut;

  SiteCall(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
  }

  String path() {
    return request.getHttpURI().getPath();
  }

  String method() {
    return request.getMethod();
  }

  Request request() {
    return request;
  }

  /** How many bytes the body has: what it says, and {@code most} if it does not say or lies. */
  long bodyBytes(int most) {
    long said = request.getLength();
    return said < 0 || said > most ? most : said;
  }

  /** Reads the body; PROTOCOL_VIOLATION if it is longer. */
  byte[] body(int most) throws IOException, Failure {
    if (request.getLength() > most) {
      throw SiteRefusals.malformed("a body of " + request.getLength() + " bytes");
    }
    try (InputStream in = Content.Source.asInputStream(request)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw SiteRefusals.malformed("a body of more than " + most + " bytes");
      }
      return bytes;
    }
  }

  /** Answers with a whole body; its last piece may still be on its way then. */
  void answer(int status, String type, byte[] body) throws IOException {
    int from = begin(status, type, body);
    response.write(true, ByteBuffer.wrap(body, from, body.length - from), callback);
  }

  /** Answers with a whole body that is needed no longer when this returns. */
  void answerWritten(int status, String type, byte[] body) throws IOException {
    int from = begin(status, type, body);
    write(ByteBuffer.wrap(body, from, body.length - from));
    response.write(true, ByteBuffer.allocate(0), callback);
  }

  /** Sends all but the last piece of a body; where that begins. */
  private int begin(int status, String type, byte[] body) throws IOException {
    response.setStatus(status);
    if (!type.isEmpty()) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    }
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    int from = 0;
    while (body.length - from > WRITE_BYTES_MAX) {
      write(ByteBuffer.wrap(body, from, WRITE_BYTES_MAX));
      from += WRITE_BYTES_MAX;
    }
    return from;
  }

  /** Writes a piece that is not the last, waiting for the peer to take it. */
  private void write(ByteBuffer piece) throws IOException {
    synchronized (this) {
      writing = true;
    }
    try {
      Content.Sink.write(response, false, piece);
    } finally {
      synchronized (this) {
        writing = false;
        if (cut) {
          thread.interrupt();
        }
      }
    }
  }

  /** Begins an answer of unknown length; nothing goes out before a full piece or a flush. */
  Joined stream() {
    response.setStatus(200);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/octet-stream");
    return new Joined();
  }

  /** Refuses, or breaks the answer off if it has begun: its end mark then never comes. */
  void refuse(Failure failure) {
    if (response.isCommitted()) {
      callback.failed(failure);
      return;
    }
    response.getHeaders().clear();
    try {
      answer(
          SiteRefusals.status(failure),
          "application/json",
          SiteMessages.refusal(SiteRefusals.told(failure)));
    } catch (IOException e) {
      callback.failed(e);
    }
  }

  /** The peer is gone; there is nobody to tell. */
  void lost(Throwable why) {
    callback.failed(why);
  }

  /**
   * Interrupts the thread if it is still at this call. A write ends by itself when its connection
   * does, the thread is interrupted after it. Safe from any thread.
   */
  synchronized void cut() {
    cut = true;
    if (!over && !writing) {
      thread.interrupt();
    }
  }

  /**
   * From here on the thread is no longer this call's; an interruption meant for it is taken back.
   */
  synchronized void end() {
    over = true;
    Thread.interrupted();
  }

  /** Joins small writes to pieces of {@link #WRITE_BYTES_MAX}. */
  final class Joined extends OutputStream {
    private final byte[] joined = new byte[WRITE_BYTES_MAX];
    private int filled;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      int at = from;
      while (at < from + length) {
        int some = Math.min(joined.length - filled, from + length - at);
        System.arraycopy(bytes, at, joined, filled, some);
        filled += some;
        at += some;
        if (filled == joined.length) {
          SiteCall.this.write(ByteBuffer.wrap(joined));
          filled = 0;
        }
      }
    }

    /** Returns when everything has been handed to the connection, as far as the peer takes it. */
    @Override
    public void flush() throws IOException {
      if (filled > 0) {
        SiteCall.this.write(ByteBuffer.wrap(joined, 0, filled));
        filled = 0;
      }
    }

    /** Sends what is left and ends the answer. */
    void finish() {
      response.write(true, ByteBuffer.wrap(joined, 0, filled), callback);
    }
  }
}
