package io.tailrace.write.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class SqlFailureTest {
  @ParameterizedTest
  @CsvSource({
    "08006, OUTCOME_UNKNOWN",
    "08003, OUTCOME_UNKNOWN",
    "57P01, OUTCOME_UNKNOWN",
    "57P02, OUTCOME_UNKNOWN",
    "57014, PASSING",
    "40P01, PASSING",
    "40001, PASSING",
    "55P03, PASSING",
    "53300, PASSING",
    "22P02, REFUSED",
    "23514, REFUSED",
    "23505, REFUSED",
    "54000, REFUSED",
    "42P01, BROKEN",
    "42501, BROKEN",
    "XX000, BROKEN",
  })
  void bySqlState(String state, SqlFailure expected) {
    assertEquals(expected, SqlFailure.of(new SQLException("x", state)));
  }

  @Test
  void withoutStateNothingIsKnown() {
    assertEquals(SqlFailure.OUTCOME_UNKNOWN, SqlFailure.of(new SQLException("x")));
    assertEquals(
        SqlFailure.OUTCOME_UNKNOWN,
        SqlFailure.of(new SQLTransientConnectionException("no connection", "53300")));
  }

  @Test
  void aRowThatStandsThereAlreadyWasCommittedBefore() {
    ServerErrorMessage message =
        new ServerErrorMessage("SERROR\0C23505\0Mduplicate key\0toutbox_20260101\0");

    assertEquals(SqlFailure.COMMITTED_BEFORE, SqlFailure.of(new PSQLException(message)));
  }
}
