package io.tailrace.schemas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.undertow.io.Receiver;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonBodyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json|true",
        "Application/JSON|true",
        "application/json; charset=utf-8|true",
        "application/json;charset=\"UTF-8\"|true",
        "application/json; charset=latin1|false",
        "application/json; profile=x|false",
        "application/jsonp|false",
        "text/plain|false",
      })
  void isJsonInUtf8Only(String type, boolean isJson) {
    assertEquals(isJson, JsonBody.isJson(type));
  }

  @Test
  void aClientThatWentAwayIsNotToldThatItsBodyIsTooLarge() {
    Problem tooLarge = Problem.of(ProblemCode.TOO_LARGE, "at most 7 bytes");

    assertEquals(tooLarge, JsonBody.lost(new Receiver.RequestToLargeException(), tooLarge));
    assertEquals(
        ProblemCode.BAD_REQUEST, JsonBody.lost(new IOException("closed"), tooLarge).code());
  }
}
