/**
 * Sites and their tree: site codes, who is whose parent, what a link allows.
 *
 * <p>A site is named by its code. Codes are validated where they enter; a code that exists is
 * valid.
 */
@NullMarked
package io.sluice.site;

import org.jspecify.annotations.NullMarked;
