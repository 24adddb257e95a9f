package io.sluice.distribution;

import io.sluice.failure.Failure;
import java.time.Instant;

/**
 * Why the parent does not do what it is asked.
 *
 * @param since by this site's clock
 * @param failure the last one
 */
public record ParentTrouble(Instant since, Failure failure) {}
