package io.sluice.fidelity;

import io.sluice.failure.Failure;

/** Receipts of any origin, read. */
public final class ReceiptReadings {
  private ReceiptReadings() {}

  public static void receipt(byte[] bytes) throws Failure {
    Receipt receipt = ReceiptJson.read(bytes, "here");
    if (!ReceiptJson.read(ReceiptJson.write(receipt), "here").equals(receipt)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }
}
