package io.sluice.siteserver;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * The line between a child and its parent, for tests that need a transfer to last: of what the
 * parent says it lets so many bytes through and then holds the rest back, until told to let it
 * pass. When an end goes, so does the other.
 */
final class SlowLine implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 50;

  private final ServerSocket entrance;
  private final int exit;
  private long allowed;
  private boolean holding;
  private boolean closed;

  /**
   * @param parent the parent's host:port, on this machine
   * @param allowed how many of its bytes pass at first
   */
  SlowLine(String parent, long allowed) throws IOException {
    this.exit = Integer.parseInt(parent.substring(parent.lastIndexOf(':') + 1));
    this.allowed = allowed;
    this.entrance = new ServerSocket(0, CONNECTIONS_MAX, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Where the child dials. */
  String address() {
    return "127.0.0.1:" + entrance.getLocalPort();
  }

  /** True if bytes of the parent wait. */
  synchronized boolean isHolding() {
    return holding;
  }

  /** Lets so many more of the parent's bytes pass. */
  synchronized void allow(long bytes) {
    allowed += bytes;
    notifyAll();
  }

  /** Lets everything pass from now on. */
  synchronized void open() {
    allowed = Long.MAX_VALUE;
    notifyAll();
  }

  private void accept() {
    try {
      while (true) {
        Socket child = entrance.accept();
        Thread.ofVirtual().start(() -> connect(child));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void connect(Socket child) {
    try (child;
        Socket parent = new Socket(InetAddress.getLoopbackAddress(), exit)) {
      Thread asking = Thread.ofVirtual().start(() -> pump(child, parent, false));
      pump(parent, child, true);
      asking.join();
    } catch (IOException | InterruptedException e) {
      // The parent is away, and the child finds its connection closed.
    }
  }

  private void pump(Socket from, Socket to, boolean held) {
    byte[] buffer = new byte[16 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (held) {
          await(length);
        }
        out.write(buffer, 0, length);
      }
    } catch (IOException | InterruptedException e) {
      // An end went.
    }
  }

  private synchronized void await(int bytes) throws IOException, InterruptedException {
    while (allowed < bytes && !closed) {
      holding = true;
      wait();
    }
    holding = false;
    if (closed) {
      throw new IOException("closed");
    }
    allowed -= bytes;
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    entrance.close();
  }
}
