/**
 * Main, configuration and wiring: the only room that knows everybody. So far it only says which
 * release it is.
 */
@NullMarked
package io.sluice.siteserver;

import org.jspecify.annotations.NullMarked;
