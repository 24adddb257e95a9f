package io.sluice.database;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Tells apart what the engines complain about. */
final class Trouble {
  private Trouble() {}

  /** What an operator is told of an engine's exception; a defect of ours is thrown as one. */
  static Failure of(Throwable thrown, String name) {
    SQLException cause = sqlException(thrown);
    if (cause instanceof SQLiteException sqlite) {
      return ofSqlite(sqlite, name);
    }
    return cause == null
        ? unavailable(name, String.valueOf(thrown.getMessage())).because(thrown)
        : ofServer(cause, name);
  }

  private static boolean isFailedFsync(SQLiteErrorCode code) {
    return code == SQLiteErrorCode.SQLITE_IOERR_FSYNC
        || code == SQLiteErrorCode.SQLITE_IOERR_DIR_FSYNC;
  }

  static Failure unavailable(String name, String why) {
    return Failure.temporary(
        Code.DATABASE_UNAVAILABLE,
        "using the database " + name,
        why,
        "look at the disk or the database server; it is tried again by itself");
  }

  private static Failure ofSqlite(SQLiteException e, String name) {
    SQLiteErrorCode code = e.getResultCode();
    String why = String.valueOf(e.getMessage());
    // Extended codes carry the primary one in their lowest byte (sqlite.org/rescode.html).
    return switch (code.code & 0xff) {
      case 1, 19, 20, 21, 25 -> throw new IllegalStateException("defect in a statement: " + why, e);
      case 11, 26 ->
          permanent(name, why, "put the database back from a backup, or enrol this site anew")
              .because(e);
      case 13 ->
          Failure.temporary(
                  Code.DATABASE_UNAVAILABLE,
                  "writing to the database " + name,
                  "its disk is full: " + why,
                  "free some space there; it is tried again by itself")
              .because(e);
      case 8, 14 ->
          Failure.temporary(
                  Code.DATABASE_UNAVAILABLE,
                  "opening the database " + name,
                  why,
                  "check that the file and its folder exist and are writable by this user")
              .because(e);
      default ->
          isFailedFsync(code)
              ? permanent(
                      name,
                      "the disk failed to keep what was written: " + why,
                      "check the disk, then start the server again")
                  .because(e)
              : unavailable(name, why).because(e);
    };
  }

  private static Failure ofServer(SQLException e, String name) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    String why = String.valueOf(e.getMessage());
    return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
      case "22", "23", "25", "42" ->
          throw new IllegalStateException("defect in a statement: " + why, e);
      case "28", "3D" ->
          permanent(name, why, "check user, password and database name in the configuration")
              .because(e);
      default -> unavailable(name, why).because(e);
    };
  }

  static Failure permanent(String name, String why, String next) {
    return Failure.permanent(Code.DATABASE_UNAVAILABLE, "using the database " + name, why, next);
  }

  private static @Nullable SQLException sqlException(Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      if (at instanceof SQLException found) {
        return found;
      }
    }
    return null;
  }
}
