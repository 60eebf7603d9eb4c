package io.tailrace.write.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidatorTest {
  private static final Channel LOBBY = new Channel("demo", "chat", "lobby");
  private static final int CAP = 65_536;
  private final Validator validator = new Validator(Contracts.shipped());

  private NewEvent valid(String body) {
    Validated result = validator.event(body.getBytes(StandardCharsets.UTF_8), LOBBY);
    return assertInstanceOf(Validated.Valid.class, result, () -> body + result).events().getFirst();
  }

  private Problem invalid(byte[] body) {
    return assertInstanceOf(Validated.Invalid.class, validator.event(body, LOBBY)).problem();
  }

  private void assertInvalid(String code, String pointer, String body) {
    Problem problem = invalid(body.getBytes(StandardCharsets.UTF_8));
    assertEquals(code, problem.code().code(), problem.detail());
    assertEquals(pointer, problem.extras().get("pointer"), problem.detail());
  }

  private static String event(String data) {
    return "{\"type\":\"message.removed\",\"data\":" + data + "}";
  }

  private static String object(String more) {
    return event("{" + more + "}");
  }

  // ---- what is taken, and how it is kept

  @Test
  void takesAllFields() {
    NewEvent event =
        valid(
            "{\"data\":{\"text\":\"x\"},\"id\":\"0191D7A4-4A3C-7B1E-8F00-5B0C5A3E9D10\","
                + "\"entity\":\"message:1\",\"type\":\"message.posted\"}");

    assertEquals(LOBBY, event.channel());
    assertEquals("message.posted", event.type());
    assertEquals("message:1", event.entity());
    assertEquals("0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10", event.id());
    assertEquals("{\"text\":\"x\"}", event.data());
    assertEquals(12, event.bytes());
  }

  @Test
  void leavesOutWhatMayBeLeftOut() {
    NewEvent event = valid(event("{}"));

    assertNull(event.id());
    assertNull(event.entity());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{ }",
        "{\"a\":1}",
        "{\"a\" : [ 1 , 2 ] }",
        "{\"a\":9223372036854775807,\"b\":9223372036854775808,\"c\":-9223372036854775809}",
        "{\"a\":1.10,\"b\":1E+2,\"c\":1e-9999,\"d\":1e9999,\"e\":-0.0,\"f\":0e0}",
        "{\"a\":\"\u2028\u2029 \ud83c\udf0a é \\u00e9 \\ud83c\\udf0a \\/ \\b\"}",
        "{\"\":null,\" \":true,\"\\n\":false}",
        "{\"a\":\"\\\\u0000\"}",
        "{\"a\":\"}\",\"b\":\"\\\"}\"}",
        "{\n\t\"a\"\n:\n1\n}",
      })
  void keepsDataByteForByte(String data) {
    assertEquals(data, valid(event(data)).data());
    assertEquals(
        data, valid(" \n{ \"data\" :\t" + data + "\n, \"type\":\"message.removed\" } ").data());
    assertEquals(data.getBytes(StandardCharsets.UTF_8).length, valid(event(data)).bytes());
  }

  @Test
  void rawCarriageReturnsGoAndEscapedOnesStay() {
    NewEvent event =
        valid("{\r\n\"type\":\"message.removed\",\r\"data\":{\r\n\"a\":\r1,\"b\":\"\\r\"}\r}");

    assertEquals("{\n\"a\":1,\"b\":\"\\r\"}", event.data());
    assertEquals(17, event.bytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "-1.5e3", "0", "\"x\"", "true", "false", "null", "[]", "[1,2]"})
  void anyJsonMayBeDataWhereTheSchemaSaysSo(String data) throws RefusedBody {
    for (String after : List.of("", " ", ",", "\n, ", "}", " }")) {
      String body = "{\"data\":" + data + after;
      StrictJson json = new StrictJson(body.getBytes(StandardCharsets.UTF_8));
      json.next();
      json.next();
      json.next();

      assertEquals(data, json.value().text(), body);
    }
  }

  // ---- limits, one below, at and one above

  @Test
  void sizeOfData() {
    String head = "{\"pad\":\"";
    for (int bytes : new int[] {CAP - 1, CAP}) {
      assertEquals(
          bytes, valid(event(head + "p".repeat(bytes - head.length() - 2) + "\"}")).bytes());
    }
    assertInvalid(
        "too_large", "/data", event(head + "p".repeat(CAP + 1 - head.length() - 2) + "\"}"));
    // Bytes count, not characters.
    assertInvalid(
        "too_large", "/data", event(head + "é".repeat((CAP - head.length()) / 2) + "\"}"));
  }

  @Test
  void nesting() {
    int max = StrictJson.NESTING_MAX;
    valid(object("\"a\":" + "[".repeat(max - 2) + "]".repeat(max - 2)));
    valid(object("\"a\":" + "[".repeat(max - 1) + "]".repeat(max - 1)));
    assertInvalid(
        "invalid_event",
        "/data/a" + "/0".repeat(max - 1),
        object("\"a\":" + "[".repeat(max) + "]".repeat(max)));
    Problem problem =
        invalid(object("\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8));
    assertEquals("invalid_event", problem.code().code());
  }

  @Test
  void lengthOfNumbers() {
    int max = StrictJson.NUMBER_LENGTH_MAX;
    valid(object("\"a\":" + "9".repeat(max - 1)));
    valid(object("\"a\":" + "9".repeat(max)));
    assertInvalid("invalid_event", "/data/a", object("\"a\":" + "9".repeat(max + 1)));
    valid(object("\"a\":0." + "9".repeat(max - 2)));
    assertInvalid("invalid_event", "/data/a", object("\"a\":0." + "9".repeat(max - 1)));
  }

  @Test
  void exponents() {
    for (String sign : List.of("", "+", "-")) {
      valid(object("\"a\":1e" + sign + "9998"));
      valid(object("\"a\":1E" + sign + "9999"));
      assertInvalid("invalid_event", "/data/a", object("\"a\":1e" + sign + "10000"));
      assertInvalid("invalid_event", "/data/a", object("\"a\":1e" + sign + "99999999999999999999"));
    }
  }

  @Test
  void lengthOfEntity() {
    String body = "{\"type\":\"message.removed\",\"data\":{},\"entity\":\"%s\"}";
    valid(body.formatted("e".repeat(199)));
    valid(body.formatted("e".repeat(200)));
    assertInvalid("invalid_event", "/entity", body.formatted("e".repeat(201)));
    assertInvalid("invalid_event", "/entity", body.formatted(""));
    assertInvalid("invalid_event", "/entity", body.formatted("a\\nb"));
    assertInvalid("invalid_event", "/entity", body.formatted("a\\u007fb"));
    assertInvalid("invalid_event", "/entity", body.formatted("a\\u0000b"));
  }

  @Test
  void schemaLimits() {
    String body = "{\"type\":\"message.posted\",\"data\":{\"text\":\"%s\"}}";
    valid(body.formatted("t".repeat(19_999)));
    valid(body.formatted("t".repeat(20_000)));
    assertInvalid("invalid_event", "/data/text", body.formatted("t".repeat(20_001)));
    // A character beyond the first plane is one character.
    valid(body.formatted("\ud83c\udf0a".repeat(16_000)));
  }

  // ---- what is refused, and where

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"type\"}",
        "{\"type\":}",
        "{\"type\":\"message.removed\",\"data\":{}",
        "{\"type\":\"message.removed\",\"data\":{},}",
        "{\"type\":\"message.removed\",\"data\":[1,]}",
        "{\"type\":\"message.removed\",\"data\":{}} {}",
        "{\"type\":\"message.removed\",\"data\":{}}x",
        "{'type':'message.removed','data':{}}",
        "{\"type\":\"message.removed\",\"data\":NaN}",
        "{\"type\":\"message.removed\",\"data\":Infinity}",
        "{\"type\":\"message.removed\",\"data\":01}",
        "{\"type\":\"message.removed\",\"data\":+1}",
        "{\"type\":\"message.removed\",\"data\":.5}",
        "{\"type\":\"message.removed\",\"data\":1.}",
        "{\"type\":\"message.removed\",\"data\":0x10}",
        "{\"type\":\"message.removed\",\"data\":\"a\nb\"}",
        "{\"type\":\"message.removed\",\"data\":\"a\rb\"}",
        "{\"type\":\"message.removed\",\"data\":\"\\x\"}",
        "{\"type\":\"message.removed\",\"data\":\"\\u12g4\"}",
        "{\"type\":\"message.removed\",\"data\":/* c */{}}",
        "{\"type\":\"message.removed\",\"data\":tru\re}",
        "\ufeff{\"type\":\"message.removed\",\"data\":{}}",
      })
  void whatIsNotJson(String body) {
    assertEquals("bad_request", invalid(body.getBytes(StandardCharsets.UTF_8)).code().code());
  }

  @Test
  void otherEncodings() {
    String body = event("{}");
    for (var charset :
        List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertEquals("bad_request", invalid(body.getBytes(charset)).code().code());
    }
  }

  @Test
  void bytesThatAreNotUtf8() {
    int[][] wrong = {
      {0x80}, // continuation alone
      {0xc3}, // start alone
      {0xc0, 0x80}, // overlong NUL
      {0xc1, 0xbf}, // overlong
      {0xe0, 0x80, 0x80}, // overlong
      {0xed, 0xa0, 0x80}, // half a surrogate pair
      {0xed, 0xa0, 0xbc, 0xed, 0xbc, 0x8a}, // CESU-8
      {0xf4, 0x90, 0x80, 0x80}, // beyond U+10FFFF
      {0xf8, 0x88, 0x80, 0x80, 0x80}, // five bytes
      {0xff},
      {0x00}, // a raw NUL
    };
    for (int[] bytes : wrong) {
      byte[] body = event("\"" + "?".repeat(bytes.length) + "\"").getBytes(StandardCharsets.UTF_8);
      int at = new String(body, StandardCharsets.UTF_8).indexOf('?');
      for (int i = 0; i < bytes.length; i++) {
        body[at + i] = (byte) bytes[i];
      }
      assertEquals("bad_request", invalid(body).code().code());
    }
  }

  @Test
  void charactersThatPostgresCannotHold() {
    assertInvalid("invalid_event", "/data/a", object("\"a\":\"\\u0000\""));
    assertInvalid("invalid_event", "/data/a", object("\"a\":\"\\ud83c\""));
    assertInvalid("invalid_event", "/data/a", object("\"a\":\"\\udf0a\\ud83c\""));
    assertInvalid("invalid_event", "/data/a/1", object("\"a\":[1,\"\\ud83cx\"]"));
    assertEquals(
        "invalid_event",
        invalid(object("\"\\u0000\":1").getBytes(StandardCharsets.UTF_8)).code().code());
  }

  @Test
  void namesThatStandTwice() {
    assertInvalid("invalid_event", "/data/a", object("\"a\":1,\"a\":1"));
    assertInvalid("invalid_event", "/data/a", object("\"a\":1,\"\\u0061\":2"));
    assertInvalid("invalid_event", "/data/x/0/b", object("\"x\":[{\"b\":1,\"c\":2,\"b\":3}]"));
    for (String field : List.of("type", "data", "entity", "id")) {
      String value =
          switch (field) {
            case "type" -> "\"message.removed\"";
            case "id" -> "\"0191d7a4-4a3c-7b1e-8f00-5b0c5a3e9d10\"";
            case "entity" -> "\"e\"";
            default -> "{}";
          };
      String twice = "\"" + field + "\":" + value + ",\"" + field + "\":" + value;
      assertInvalid("invalid_event", "/" + field, "{" + twice + "}");
    }
  }

  @Test
  void unknownMissingAndWrongFields() {
    assertInvalid("invalid_event", "", "[]");
    assertInvalid("invalid_event", "", "\"x\"");
    assertInvalid("invalid_event", "", "null");
    assertInvalid("invalid_event", "/type", "{}");
    assertInvalid("invalid_event", "/type", "{\"data\":{}}");
    assertInvalid("invalid_event", "/data", "{\"type\":\"message.removed\"}");
    assertInvalid("invalid_event", "/extra", "{\"extra\":1,\"type\":\"message.removed\"}");
    assertInvalid("invalid_event", "/channel", "{\"channel\":\"chat:x\"}");
    assertInvalid("invalid_event", "/a~1b~0c", "{\"a/b~c\":1}");
    assertInvalid("invalid_event", "/type", "{\"type\":1}");
    assertInvalid("invalid_event", "/type", "{\"type\":null}");
    assertInvalid("invalid_event", "/type", "{\"type\":\"no.such\",\"data\":{}}");
    assertInvalid("invalid_event", "/entity", "{\"entity\":1}");
    assertInvalid("invalid_event", "/entity", "{\"entity\":null}");
    assertInvalid("invalid_event", "/id", "{\"id\":7}");
    assertInvalid("invalid_event", "/id", "{\"id\":\"7\"}");
    assertInvalid("invalid_event", "/id", "{\"id\":\"1-1-1-1-1\"}");
    assertInvalid("invalid_event", "/expect", "{\"expect\":\"1\"}");
    assertInvalid("invalid_event", "/expect", "{\"expect\":1.0}");
  }

  @Test
  void dataAgainstItsSchema() {
    assertInvalid("invalid_event", "/data", "{\"type\":\"message.posted\",\"data\":[]}");
    assertInvalid("invalid_event", "/data", "{\"type\":\"message.posted\",\"data\":null}");
    assertInvalid("invalid_event", "/data/text", "{\"type\":\"message.posted\",\"data\":{}}");
    assertInvalid(
        "invalid_event", "/data/text", "{\"type\":\"message.posted\",\"data\":{\"text\":1}}");
    valid("{\"type\":\"message.posted\",\"data\":{\"text\":\"\",\"more\":[1,2]}}");
  }

  @Test
  void expectIsForKindsWithRevisions() {
    assertInvalid(
        "not_available", "/expect", "{\"type\":\"message.removed\",\"data\":{},\"expect\":0}");
  }
}
