/**
 * What went wrong, in the five parts an operator needs: a stable code, what was being done to which
 * thing, why it failed, and what to do next.
 *
 * <p>Every operational failure of the product is one {@link io.sluice.failure.Failure}. Whether it
 * is temporary (trying again may help) or permanent is decided where it is thrown and never changed
 * on the way up; only the top retries. Programmer errors are unchecked exceptions and not of this
 * room.
 *
 * <p>Codes are never renumbered and never reused; docs/operations/status-codes.md lists them and a
 * test holds the two together.
 */
@NullMarked
package io.sluice.failure;

import org.jspecify.annotations.NullMarked;
