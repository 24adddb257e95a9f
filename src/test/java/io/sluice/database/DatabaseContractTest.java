package io.sluice.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every engine must do. */
abstract class DatabaseContractTest extends OnDatabase {
  private long packages() throws Failure {
    return database()
        .read(
            handle ->
                Rows.one(
                    handle.createQuery("SELECT COUNT(*) AS n FROM heard"), row -> row.number("n")));
  }

  private static final String INSERT = "INSERT INTO heard (site, at) VALUES (?, ?)";

  @Test
  void keepsWhatAWriteReturnedFrom() throws Exception {
    database().write(handle -> handle.execute(INSERT, "STO", 1L));
    assertThat(packages()).isEqualTo(1);
    reopen();
    assertThat(packages()).isEqualTo(1);
  }

  @Test
  void undoesAWorkThatFails() throws Exception {
    Failure failure = Failure.permanent(Code.NOT_FOUND, "a", "b", "c");
    assertThatThrownBy(
            () ->
                database()
                    .write(
                        handle -> {
                          handle.execute(INSERT, "STO", 1L);
                          throw failure;
                        }))
        .isSameAs(failure);
    assertThat(packages()).isZero();
  }

  @Test
  void undoesAWorkTheProcessDiedIn() throws Exception {
    class Death extends Error {
      private static final long serialVersionUID = 1L;
    }
    assertThatThrownBy(
            () ->
                database()
                    .write(
                        handle -> {
                          handle.execute(INSERT, "STO", 1L);
                          throw new Death();
                        }))
        .isInstanceOf(Death.class);
    reopen();
    assertThat(packages()).isZero();
    database().write(handle -> handle.execute(INSERT, "STO", 1L));
    assertThat(packages()).isEqualTo(1);
  }

  @Test
  void enforcesForeignKeysAndUniqueKeysAsDefects() throws Exception {
    assertThatThrownBy(
            () ->
                database()
                    .write(
                        handle ->
                            handle.execute(
                                "INSERT INTO assignment (package, site) VALUES ('CEN-1', 'STO')")))
        .isInstanceOf(IllegalStateException.class);
    database().write(handle -> handle.execute(INSERT, "STO", 1L));
    assertThatThrownBy(() -> database().write(handle -> handle.execute(INSERT, "STO", 1L)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(packages()).isEqualTo(1);
  }

  @Test
  void refusesAWorkInsideAWork() {
    assertThatThrownBy(() -> database().write(outer -> database().read(inner -> 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> database().read(outer -> database().write(inner -> 1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void readModifyWriteOfManyThreadsLosesNothing() throws Exception {
    database().write(handle -> handle.execute(INSERT, "STO", 0L));
    int threads = 8;
    int rounds = 25;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Callable<Integer> rise =
            () -> {
              for (int round = 0; round < rounds; round++) {
                database()
                    .write(
                        handle -> {
                          long at =
                              Rows.one(
                                  handle.createQuery("SELECT at FROM heard"),
                                  row -> row.number("at"));
                          return handle.execute("UPDATE heard SET at = ?", at + 1);
                        });
              }
              return rounds;
            };
        running.add(executor.submit(rise));
      }
      for (Future<Integer> one : running) {
        one.get();
      }
    }
    long at =
        database()
            .read(
                handle ->
                    Rows.one(handle.createQuery("SELECT at FROM heard"), row -> row.number("at")));
    assertThat(at).isEqualTo((long) threads * rounds);
  }

  @Test
  void keepsTextAndBytesAsTheyAre() throws Exception {
    String text = "O'Neill; DROP TABLE heard -- %n \\ \" \uD83D\uDE00 e\u0301 \u202E";
    byte[] bytes = {0, 1, -1, 39, 92, 0};
    database()
        .write(
            handle ->
                handle.execute(
                    "INSERT INTO place (place, folder, policy) VALUES (?, ?, 'x')", text, bytes));
    List<String> read =
        database()
            .read(
                handle ->
                    Rows.list(
                        handle.createQuery("SELECT place, folder FROM place"),
                        row -> {
                          assertThat(row.bytes("folder")).isEqualTo(bytes);
                          return row.text("place");
                        }));
    assertThat(read).containsExactly(text);
  }
}
