package io.tailrace.write.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberTargetTest {
  private static final String MEMBERS = "/v1/channels/chat:a/members";

  private static MemberTarget target(String path) {
    MemberTarget target = MemberTarget.of(path);
    assertNotNull(target);
    return target;
  }

  @Test
  void aNameIsDecodedOnceAndExactly() {
    assertEquals("a/b", target(MEMBERS + "/a%2Fb").user());
    assertEquals("a%2Fb", target(MEMBERS + "/a%252Fb").user());
    assertEquals("a+b", target(MEMBERS + "/a+b").user());
    assertEquals("a;b", target(MEMBERS + "/a%3Bb").user());
    assertEquals("ü\ud83c\udf0a", target(MEMBERS + "/%C3%BC%f0%9F%8C%8A").user());
    assertEquals("ada@example.com", target(MEMBERS + "/ada@example.com").user());
    assertEquals("members", target(MEMBERS + "/members").user());
    assertEquals("..", target(MEMBERS + "/..").user());
    assertEquals("chat:a", target("/v1/channels/chat%3Aa/members").channel());
    assertEquals(new MemberTarget("chat:a", false, null), target(MEMBERS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "%",
        "%4",
        "%4g",
        "%g4",
        "a%2",
        "%C3",
        "%C0%AF",
        "%ED%A0%80",
        "%F4%90%80%80",
        "a b",
        "a;b",
        "a\"b",
        "a<b",
        "ü",
        "a|b",
        "a\\b",
        "%u0041",
        "\uff05\uff14\uff11",
        "%\uff14\uff11"
      })
  void whatNoEncoderWritesIsNoName(String segment) {
    MemberTarget target = target(MEMBERS + "/" + segment);
    assertTrue(target.hasUser());
    assertNull(target.user());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/channels/chat:a/events",
        "/v1/channels//members",
        "/v1/channels/chat:a/membersx",
        "/v1/channels/chat:a/members/a/b",
        "/v1/channels/chat:a/x/members",
        "/v1/members",
        "/v1/channels/chat:a/members/a/"
      })
  void otherAddressesAreNoneOfThese(String path) {
    assertNull(MemberTarget.of(path));
  }

  @Test
  void everyNameSurvives() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder name = new StringBuilder();
      int length = 1 + random.nextInt(20);
      while (name.length() < length) {
        int c = random.nextInt(random.nextBoolean() ? 128 : 0x110000);
        if (c < 0xd800 || c > 0xdfff) {
          name.appendCodePoint(c);
        }
      }
      String encoded =
          URLEncoder.encode(name.toString(), StandardCharsets.UTF_8).replace("+", "%20");
      assertEquals(name.toString(), target(MEMBERS + "/" + encoded).user());
    }
  }
}
