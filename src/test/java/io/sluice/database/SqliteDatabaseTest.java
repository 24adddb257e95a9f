package io.sluice.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteDatabaseTest extends DatabaseContractTest {
  @TempDir Path folder;

  @Override
  protected TestDatabase engine() throws IOException {
    return TestDatabase.sqlite();
  }

  private static String pragma(Handle handle, String name) {
    return Rows.one(handle.createQuery("PRAGMA " + name), row -> row.text(name));
  }

  @Test
  void acknowledgesOnlyWhatIsOnTheDisk() throws Exception {
    List<String> settings =
        database()
            .write(
                handle ->
                    List.of(
                        pragma(handle, "journal_mode"),
                        pragma(handle, "synchronous"),
                        pragma(handle, "foreign_keys")));
    assertThat(settings).containsExactly("wal", "2", "1");
  }

  @Test
  void readsWhileAWriterIsBusyAndSeesTheStateBefore() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> writer =
          executor.submit(
              () ->
                  database()
                      .write(
                          handle -> {
                            int rows = handle.execute("INSERT INTO heard VALUES ('STO', 1)");
                            written.countDown();
                            await(go);
                            return rows;
                          }));
      written.await();
      long seen =
          database()
              .read(
                  handle ->
                      Rows.one(
                          handle.createQuery("SELECT COUNT(*) AS n FROM heard"),
                          row -> row.number("n")));
      go.countDown();
      assertThat(writer.get()).isEqualTo(1);
      assertThat(seen).isZero();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesToWriteInARead() {
    assertThatThrownBy(
            () -> database().read(handle -> handle.execute("INSERT INTO heard VALUES ('S', 1)")))
        .isInstanceOf(Failure.class);
  }

  @Test
  void opensAFileWhateverItsFolderIsCalled() throws Exception {
    Path odd = Files.createDirectory(folder.resolve("a?b c%20d#é"));
    try (Database opened = Database.open(odd.resolve("sluice.db"))) {
      assertThat(opened.name()).contains("a?b c%20d#é");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(odd);
    }
    assertThat(odd.resolve("sluice.db")).exists();
  }

  @Test
  void saysThatAFileIsNoDatabase() throws Exception {
    Path file = folder.resolve("sluice.db");
    Files.writeString(
        file, "this is text, not a database, and long enough to have a header".repeat(9));
    assertThatThrownBy(() -> Database.open(file))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.DATABASE_UNAVAILABLE);
              assertThat(failure.isTemporary()).isFalse();
              assertThat(failure.what()).contains(file.toString());
            });
  }

  @Test
  void isNotUsedAgainAfterAFailedFsync() {
    SQLiteException lost =
        new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR_FSYNC);
    List<Failure> told = new ArrayList<>();
    database().whenBroken(told::add);
    assertThatThrownBy(
            () ->
                database()
                    .write(
                        handle -> {
                          throw new UnableToExecuteStatementException(lost, null);
                        }))
        .isInstanceOfSatisfying(
            Failure.class, failure -> assertThat(failure.isTemporary()).isFalse());
    assertThatThrownBy(() -> database().read(handle -> 1)).isInstanceOf(Failure.class);
    assertThatThrownBy(() -> database().write(handle -> 1)).isInstanceOf(Failure.class);
    assertThat(told).hasSize(1);
  }

  @Test
  void isNotUsedAgainOnceItIsDamagedAndIsAfterAFullDisk() throws Exception {
    List<Failure> told = new ArrayList<>();
    database().whenBroken(told::add);
    meet(SQLiteErrorCode.SQLITE_FULL);
    int one = database().write(handle -> 1);
    assertThat(one).isEqualTo(1);
    assertThat(told).isEmpty();
    meet(SQLiteErrorCode.SQLITE_CORRUPT);
    assertThatThrownBy(() -> database().read(handle -> 1)).isInstanceOf(Failure.class);
    assertThat(told).hasSize(1);
  }

  private void meet(SQLiteErrorCode code) {
    SQLiteException met = new SQLiteException("met", code);
    assertThatThrownBy(
            () ->
                database()
                    .write(
                        handle -> {
                          throw new UnableToExecuteStatementException(met, null);
                        }))
        .isInstanceOf(Failure.class);
  }

  @Test
  void saysThatAFolderIsMissing() {
    Path file = folder.resolve("missing").resolve("sluice.db");
    assertThatThrownBy(() -> Database.open(file))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.DATABASE_UNAVAILABLE);
              assertThat(failure.isTemporary()).isTrue();
            });
  }
}
