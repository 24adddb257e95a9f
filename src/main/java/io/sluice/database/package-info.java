/**
 * One database for one site: SQLite by default, PostgreSQL when outgrown; the same SQL on both.
 *
 * <ul>
 *   <li>A <em>read</em> sees one consistent state, however many statements it takes.
 *   <li>A <em>write</em> is one transaction, all or nothing; writes run one after another, in this
 *       process and, on PostgreSQL, among all processes that use the database. A work never meets
 *       the half of another one and never has to be tried again because of one.
 *   <li>A write that returned is durable: SQLite in WAL with {@code synchronous=FULL}, PostgreSQL
 *       with {@code synchronous_commit=on}. After a failed fsync the database is not used again
 *       until a restart, because a second fsync may falsely succeed.
 *   <li>Tables are made by the numbered files in {@code db/migration}, in one transaction at
 *       opening.
 * </ul>
 *
 * <p>SQL stays within what both engines understand: {@code ON CONFLICT}, {@code RETURNING}, row
 * values, recursive common table expressions. Bytes are {@code BYTEA}, which SQLite stores as they
 * are; text that comes from people or peers is kept as UTF-8 bytes, since PostgreSQL's text cannot
 * hold U+0000.
 *
 * <p>This is the only room with {@code java.sql}; ledgers see Jdbi's handle. It does not know what
 * is in the tables.
 */
@NullMarked
package io.sluice.database;

import org.jspecify.annotations.NullMarked;
