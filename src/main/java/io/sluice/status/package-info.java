/**
 * Facts: what happened at which site, durable, numbered per origin, told to the parent until it has
 * said that it keeps them (docs/formats/site-protocol.md, "Facts").
 *
 * <ul>
 *   <li>A site numbers its facts by (epoch, sequence), in the transaction of the change they
 *       report.
 *   <li>A fact received twice is kept once; facts may arrive in any order.
 *   <li>Every site folds facts into a {@link io.sluice.status.Picture} by the same pure function,
 *       {@link io.sluice.status.Fold}: the picture depends on which facts are known, never on when
 *       they came.
 *   <li>A fact that the fold no longer needs is <em>superseded</em>. It is deleted once told, so
 *       that what is kept grows with what there is to say, not with time.
 *   <li>A site speaks for itself and for the sites below it, for nobody else.
 *   <li>Wall clocks of other sites are shown, never compared: order is (epoch, sequence).
 * </ul>
 *
 * <p>This room does not know the catalog, nor how facts travel.
 */
@NullMarked
package io.sluice.status;

import org.jspecify.annotations.NullMarked;
