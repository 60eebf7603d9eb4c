package io.tailrace.schemas.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.frame.ClientFrame.Want;
import io.tailrace.schemas.frame.ClientFrames.Read;
import io.tailrace.schemas.frame.ClientFrames.Refused;
import io.tailrace.schemas.problem.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFramesTest {
  @Test
  void everyFrameIsRead() {
    assertRead(
        new ClientFrame.Hello(1, "x.y.z", "phone", 1),
        "{\"t\":\"hello\",\"ref\":1,\"token\":\"x.y.z\",\"device\":\"phone\",\"version\":1}");
    assertRead(
        new ClientFrame.Subscribe(
            2, List.of(new Want("chat:a", 7L, 1, "00000000000000ff", Set.of("event"))), false),
        "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:a\",\"after\":7,\"epoch\":1,"
            + "\"chain\":\"00000000000000ff\",\"lanes\":[\"event\"]}");
    assertRead(
        new ClientFrame.Subscribe(
            3,
            List.of(
                new Want("chat:a", null, null, null, Set.of()),
                new Want("chat:b", 0L, null, null, Set.of())),
            true),
        "{\"t\":\"subscribe\",\"ref\":3,\"channels\":[{\"channel\":\"chat:a\"},"
            + "{\"channel\":\"chat:b\",\"after\":0}]}");
    assertRead(
        new ClientFrame.Unsubscribe(4, "chat:a"),
        "{\"t\":\"unsubscribe\",\"ref\":4,\"channel\":\"chat:a\"}");
    assertRead(new ClientFrame.Auth(5, "tok"), "{\"t\":\"auth\",\"ref\":5,\"token\":\"tok\"}");
    assertRead(new ClientFrame.Ping(6), "{\"t\":\"ping\",\"ref\":6}");
    assertRead(
        new ClientFrame.Receipt("chat:a", 9),
        "{\"t\":\"receipt\",\"channel\":\"chat:a\",\"seq\":9}");
    assertRead(
        new ClientFrame.Rendered("chat:a", 9, 12.5),
        "{\"t\":\"rendered\",\"channel\":\"chat:a\",\"seq\":9,\"ms\":12.5}");
    assertRead(
        new ClientFrame.Signal("chat:a", "typing", "{\"on\":true}"),
        "{\"t\":\"signal\",\"channel\":\"chat:a\",\"type\":\"typing\",\"data\":{\"on\":true}}");
    assertRead(
        new ClientFrame.Presence("chat:a", "viewing", null),
        "{\"t\":\"presence\",\"channel\":\"chat:a\",\"mode\":\"viewing\"}");
  }

  @Test
  void unknownMembersAreIgnored() {
    assertRead(new ClientFrame.Ping(6), "{\"t\":\"ping\",\"ref\":6,\"later\":{\"x\":[1]}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "1",
        "\"x\"",
        "[]",
        "{}",
        "{\"t\":1}",
        "{\"t\":\"dance\"}",
        "{\"t\":\"ping\"",
        "{\"t\":\"ping\",\"ref\":1}{}",
        "{\"t\":\"ping\",\"t\":\"ping\",\"ref\":1}",
        "\u0000",
        "{\"t\":\"ping\",\"ref\":1,\"x\":1e99999}x"
      })
  void whatCannotBeReadEndsTheSocket(String text) {
    Refused refused = assertInstanceOf(Refused.class, parse(text));
    assertEquals(ProblemCode.BAD_FRAME, refused.code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"t\":\"ping\"}",
        "{\"t\":\"ping\",\"ref\":-1}",
        "{\"t\":\"ping\",\"ref\":\"1\"}",
        "{\"t\":\"ping\",\"ref\":1.5}",
        "{\"t\":\"ping\",\"ref\":9007199254740993}",
        "{\"t\":\"ping\",\"ref\":123456789012345678901234567890}",
        "{\"t\":\"hello\",\"ref\":1,\"version\":1}",
        "{\"t\":\"hello\",\"ref\":1,\"token\":1,\"version\":1}",
        "{\"t\":\"hello\",\"ref\":1,\"token\":\"x\"}",
        "{\"t\":\"subscribe\",\"ref\":1}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":7}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"c:a\",\"after\":-1}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"c:a\",\"epoch\":4294967296}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"c:a\",\"chain\":\"xyz\"}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channel\":\"c:a\",\"lanes\":\"event\"}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channels\":[]}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channels\":[1]}",
        "{\"t\":\"subscribe\",\"ref\":1,\"channels\":[{\"channel\":\"c:a\"},{\"channel\":\"c:a\"}]}",
        "{\"t\":\"rendered\",\"channel\":\"c:a\",\"seq\":1,\"ms\":1e300}"
      })
  void aKnownFrameWithAWrongMemberIsRefusedByName(String text) {
    Refused refused = assertInstanceOf(Refused.class, parse(text));
    assertEquals(ProblemCode.BAD_REQUEST, refused.code());
    assertTrue(!refused.detail().isBlank());
  }

  @Test
  void wrongUtf8AndDeepNestingAreRefused() {
    byte[] wrong = "{\"t\":\"ping\",\"ref\":1,\"x\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    wrong[wrong.length - 3] = (byte) 0xff;
    assertInstanceOf(Refused.class, ClientFrames.parse(wrong));
    String deep = "[".repeat(1000) + "]".repeat(1000);
    assertInstanceOf(Refused.class, parse("{\"t\":\"ping\",\"ref\":1,\"x\":" + deep + "}"));
  }

  @Test
  void randomBytesNeverThrow() {
    long seed = 42;
    Random random = new Random(seed);
    byte[] good =
        "{\"t\":\"subscribe\",\"ref\":2,\"channel\":\"chat:a\",\"after\":7,\"epoch\":1}"
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = good.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      ClientFrames.parse(bytes);
    }
  }

  private static ClientFrames.Parsed parse(String text) {
    return ClientFrames.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertRead(ClientFrame expected, String text) {
    assertEquals(new Read(expected), parse(text));
  }
}
