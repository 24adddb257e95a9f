package io.sluice.filesystem;

import io.sluice.filesystem.NativeBuffers.Buffer;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/**
 * One system call: its memory, with the error number and what its arguments point to, and how it is
 * made.
 *
 * <p>All take at most six arguments, integers or addresses, which every 64-bit Linux passes like a
 * {@code long} and whose surplus a callee never looks at. So one method handle serves all: each one
 * more would cost every start of the program some ten milliseconds.
 */
record Scratch(NativeBuffers pool, Buffer buffer) implements AutoCloseable {
  /** A path of so many bytes is too long for every call, and so is a name. */
  private static final int TOO_LONG_BYTES = 4096;

  /** Where what stands in a call's scratch memory; the error number comes first. */
  static final int STRUCT = 64;

  static final int FIRST = STRUCT + 256;
  static final int SECOND = FIRST + TOO_LONG_BYTES + 1;
  static final int VALUE = SECOND + TOO_LONG_BYTES + 1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final int ERRNO =
      (int) STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle CALL = handle();

  /** How many bytes of memory one has. */
  static final int BYTES = VALUE + LinuxCalls.VALUE_BYTES_MAX;

  ByteBuffer bytes() {
    return buffer.bytes();
  }

  long at(int offset) {
    return buffer.address() + offset;
  }

  /** Puts a text in; what is cut off one that is too long leaves it too long. */
  long text(int offset, byte[] text) {
    return text(offset, text, text.length);
  }

  /** The same of a text's first bytes. */
  long text(int offset, byte[] text, int whole) {
    int length = Math.min(whole, TOO_LONG_BYTES);
    bytes().put(offset, text, 0, length).put(offset + length, (byte) 0);
    return at(offset);
  }

  /** A modification time as {@code struct timespec[2]} that leaves the access time alone. */
  long times(long seconds, long nanos) {
    long omit = (1L << 30) - 2;
    bytes().putLong(STRUCT, 0).putLong(STRUCT + 8, omit);
    bytes().putLong(STRUCT + 16, seconds).putLong(STRUCT + 24, nanos);
    return at(STRUCT);
  }

  int call(MemorySegment function, long a) {
    return call(function, a, 0, 0);
  }

  int call(MemorySegment function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0);
  }

  /**
   * These calls answer with no more than 31 bits. The error number counts only after a failed call:
   * a success leaves an old one standing.
   */
  int call(MemorySegment function, long a, long b, long c, long d, long e) {
    int result = (int) invoke(function, a, b, c, d, e);
    return result == -1 ? -bytes().getInt(ERRNO) : result;
  }

  /** For the calls whose answer is an offset. */
  long longCall(MemorySegment function, long a, long b, long c) {
    return longCall(function, a, b, c, 0, 0);
  }

  long longCall(MemorySegment function, long a, long b, long c, long d, long e) {
    long result = invoke(function, a, b, c, d, e);
    return result == -1 ? -bytes().getInt(ERRNO) : result;
  }

  /** Of the calls that take a sixth word, flags, all are made with none. */
  private long invoke(MemorySegment function, long a, long b, long c, long d, long e) {
    try {
      return (long) CALL.invokeExact(function, buffer.memory(), a, b, c, d, e, 0L);
    } catch (Throwable unexpected) {
      throw unexpected(unexpected);
    }
  }

  @Override
  public void close() {
    pool.giveBack(buffer);
  }

  // Restricted, because a wrong descriptor may crash the process; see the class comment.
  @SuppressWarnings("restricted")
  private static MethodHandle handle() {
    ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
    FunctionDescriptor words = FunctionDescriptor.of(word, word, word, word, word, word, word);
    return LINKER.downcallHandle(words, Linker.Option.captureCallState("errno"));
  }

  /** Where a function of the C library is. */
  static MemorySegment symbol(String name) {
    return LINKER.defaultLookup().find(name).orElseThrow();
  }

  private static IllegalStateException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a native call with wrong arguments", e);
  }
}
