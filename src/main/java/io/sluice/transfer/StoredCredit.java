package io.sluice.transfer;

import org.eclipse.jetty.http2.SimpleFlowControlStrategy;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Flow control of a connection that carries one answer at a time: the peer gets credit for bytes
 * when the reader has kept them, and not, as usual, when they were read. So what was sent and not
 * kept never exceeds the window (docs/design/0015-credit-for-what-is-stored.md). Safe from any
 * thread.
 */
final class StoredCredit extends SimpleFlowControlStrategy {
  private volatile Account current = new Account(null);

  /** The account of the answer that is coming now. */
  Account current() {
    return current;
  }

  @Override
  public void onStreamCreated(Stream stream) {
    super.onStreamCreated(stream);
    current = new Account(stream);
  }

  /** The bytes were read: whoever reads for the stream's account decides when they are kept. */
  @Override
  public void onDataConsumed(Session session, @Nullable Stream stream, int length) {
    Account account = current;
    if (stream == null || !stream.equals(account.stream) || !account.owe(length)) {
      super.onDataConsumed(session, stream, length);
    }
  }

  private void give(@Nullable Stream stream, int bytes) {
    if (stream != null && bytes > 0) {
      super.onDataConsumed(stream.getSession(), stream, bytes);
    }
  }

  /** The credit owed for one answer. */
  final class Account {
    private final @Nullable Stream stream;
    private int owed;
    private boolean settled;

    private Account(@Nullable Stream stream) {
      this.stream = stream;
    }

    private synchronized boolean owe(int bytes) {
      if (!settled) {
        owed += bytes;
      }
      return !settled;
    }

    /** So many more bytes of the answer were kept. */
    void kept(long bytes) {
      int some;
      synchronized (this) {
        some = (int) Math.min(bytes, owed);
        owed -= some;
      }
      give(stream, some);
    }

    /** The answer is over, however it ended: the rest is owed no longer, nor what still comes. */
    void settle() {
      int rest;
      synchronized (this) {
        settled = true;
        rest = owed;
        owed = 0;
      }
      give(stream, rest);
    }
  }
}
