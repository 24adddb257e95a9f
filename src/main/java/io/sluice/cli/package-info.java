/**
 * The command line: one class per command.
 *
 * <p>A command reads its words, asks one room (without a server: {@code capture}, {@code restore},
 * {@code verify}, {@code library}) or the local site server through {@code api}, and prints. It
 * decides nothing. What goes wrong is a {@link io.sluice.failure.Failure}, printed whole on
 * standard error; results go to standard output, as text that fits 80 columns or, with {@code
 * --json}, as one JSON object.
 *
 * <p>Exit status: 0 done, 1 failed, 2 wrong usage, 3 failed for now (trying again may help).
 *
 * <p>Commands that wire a server ({@code site init}, {@code site serve}, {@code quickstart}) live
 * in {@code siteserver}.
 */
@NullMarked
package io.sluice.cli;

import org.jspecify.annotations.NullMarked;
