package io.sluice.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import org.junit.jupiter.api.Test;

class PostgresDatabaseTest extends DatabaseContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.postgres();
  }

  @Test
  void saysThatNoServerAnswersAndKeepsThePasswordToItself() {
    String url = "jdbc:postgresql://127.0.0.1:1/site?user=sluice&password=geheim";
    assertThatThrownBy(() -> Database.open(url))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.DATABASE_UNAVAILABLE);
              assertThat(failure.isTemporary()).isTrue();
              assertThat(failure.text()).contains("127.0.0.1:1/site").doesNotContain("geheim");
            });
  }

  @Test
  void acknowledgesOnlyWhatIsOnTheDisk() throws Exception {
    String setting =
        database()
            .write(
                handle ->
                    Rows.one(
                        handle.createQuery("SHOW synchronous_commit"),
                        row -> row.text("synchronous_commit")));
    assertThat(setting).isEqualTo("on");
  }
}
