package io.sluice.badinput;

import io.sluice.failure.Failure;
import java.io.IOException;

/**
 * Reads bytes of any origin as the program would, and what it accepts once more from what it writes
 * of it. Bad bytes are a {@link Failure}, or whatever else the parser's contract says; any other
 * exception is a defect.
 */
@FunctionalInterface
public interface Reading {
  void read(byte[] bytes) throws Failure, IOException;
}
