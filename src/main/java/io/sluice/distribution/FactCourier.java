package io.sluice.distribution;

import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.status.FactLines;
import io.sluice.status.Facts;
import io.sluice.transfer.SiteLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the parent what it does not know yet. One thread calls {@link #step} again and again.
 *
 * <p>A batch is marked told after the parent has said that it keeps it. A batch the parent refuses
 * for what is in it is told in smaller ones, down to the single fact, which is then left out, so
 * that one bad fact does not stop the others. Crash point: {@code distribution.facts-told} (the
 * parent keeps them, not yet marked here).
 */
public final class FactCourier {
  /** The longest wait between looks, unless facts arrive before. */
  public static final Duration IDLE_MAX = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(FactCourier.class);

  private final Ledgers ledgers;
  private final Supplier<SiteLink> link;
  private final Retrying retrying;
  private final Disk disk;
  private int most = FactLines.LINES_MAX;

  public FactCourier(Ledgers ledgers, Supplier<SiteLink> link, Pace pace, Disk disk) {
    this.ledgers = ledgers;
    this.link = link;
    this.retrying = new Retrying("telling the parent facts", pace);
    this.disk = disk;
  }

  /**
   * Tells one batch, if there is one.
   *
   * @return how long to wait, unless {@link Ledgers#factChanges} rises before
   * @throws Failure this site's own DATABASE_UNAVAILABLE
   */
  public Duration step() throws Failure, InterruptedException {
    Facts facts = ledgers.facts();
    Facts.Batch batch = ledgers.read(handle -> facts.untold(handle, most));
    if (batch.count() == 0) {
      return IDLE_MAX;
    }
    Optional<Boolean> settled = retrying.attempt(() -> tell(batch));
    if (settled.isEmpty()) {
      return retrying.pause();
    }
    if (settled.get()) {
      disk.reached("distribution.facts-told");
      // Not through the ledgers: nobody is to be woken, there is nothing new to tell.
      ledgers
          .catalog()
          .write(
              handle -> {
                facts.told(handle, batch.upTo());
                return true;
              });
    }
    return Duration.ZERO;
  }

  /** Why telling fails, if it does. */
  public Optional<ParentTrouble> trouble() {
    return retrying.trouble();
  }

  /** True if the batch need not be told again; false if smaller ones are to be. */
  private boolean tell(Facts.Batch batch) throws Failure, InterruptedException {
    try {
      link.get().tell(batch.lines());
      most = Math.min(most * 2, FactLines.LINES_MAX);
      return true;
    } catch (Failure e) {
      if (e.isTemporary() || e.code() != Code.PROTOCOL_VIOLATION) {
        throw e;
      }
      if (batch.count() > 1) {
        most = Math.max(1, batch.count() / 2);
        return false;
      }
      LOG.error(
          "the parent refuses a fact, it is left out: {}{}",
          new String(batch.lines(), StandardCharsets.UTF_8),
          e.text());
      return true;
    }
  }
}
