package io.sluice.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A line between a link and a door that can go dead without closing anything. */
final class Relay implements AutoCloseable {
  private final ServerSocket entrance;
  private final int exit;
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final Thread acceptor;
  private volatile boolean swallowing;

  /** What one connection goes through. */
  private static final class Line {
    final Socket near;
    final Socket far;
    volatile boolean dead;

    Line(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }
  }

  Relay(String address) throws IOException {
    exit = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    acceptor = Thread.ofVirtual().start(this::accept);
  }

  String address() {
    return "127.0.0.1:" + entrance.getLocalPort();
  }

  int connections() {
    return lines.size();
  }

  /** From now on bytes vanish, on these connections and on new ones. */
  void swallow() {
    swallowing = true;
    lines.forEach(line -> line.dead = true);
  }

  /** The old connections stay dead, new ones live. */
  void forwardNewConnections() {
    swallowing = false;
  }

  private void accept() {
    try {
      for (; ; ) {
        Socket near = entrance.accept();
        Line line = new Line(near, new Socket(InetAddress.getLoopbackAddress(), exit));
        line.dead = swallowing;
        lines.add(line);
        Thread.ofVirtual().start(() -> pump(line, line.near, line.far));
        Thread.ofVirtual().start(() -> pump(line, line.far, line.near));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private static void pump(Line line, Socket from, Socket to) {
    byte[] buffer = new byte[16 * 1024];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (!line.dead) {
          out.write(buffer, 0, length);
        }
      }
    } catch (IOException e) {
      // An end closed.
    }
  }

  @Override
  public void close() throws IOException {
    shut();
  }

  /** Ends every connection and takes no more. */
  void shut() throws IOException {
    entrance.close();
    // Only when the thread in accept() has left is the socket really closed: until then a
    // connection
    // may still be taken.
    try {
      acceptor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Line line : lines) {
      line.near.close();
      line.far.close();
    }
  }
}
