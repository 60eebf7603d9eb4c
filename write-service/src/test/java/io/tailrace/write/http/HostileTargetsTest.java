package io.tailrace.write.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.testkit.HostileNames;
import org.junit.jupiter.api.Test;

/** Whatever an address holds: a name in it is taken as it is, and two names stay two. */
class HostileTargetsTest {
  private static final int TRIES = HostileNames.tries(300_000);

  private final HostileNames names = new HostileNames(HostileNames.seed());

  @Test
  void aChannelsAddressIsTakenAsItIsOrNotAtAll() {
    Target.Channel before = new Target.Channel("chat:none");
    int taken = 0;
    for (int i = 0; i < TRIES; i++) {
      String asked = names.any();
      String path = "/v1/channels/" + asked + "/events";

      Target target = Target.of(path);

      if (target instanceof Target.Channel channel) {
        taken++;
        assertEquals(asked, channel.name());
        assertTrue(asked.indexOf('/') < 0, asked);
        // One idempotency key used at two addresses is two keys.
        if (!before.name().equals(channel.name())) {
          assertNotEquals(before.scope(), channel.scope());
        }
        assertNotEquals(new Target.Transaction().scope(), channel.scope());
        Channel full = Channel.parse("acme", channel.name());
        assertTrue(full == null || full.full().equals("acme/" + asked), asked);
        before = channel;
      }
    }
    assertTrue(taken > 0);
  }

  @Test
  void aMemberIsWhomTheAddressNamesAndNobodyElse() {
    for (int i = 0; i < TRIES; i++) {
      String user = new String(names.any().getBytes(UTF_8), UTF_8); // as it could be in UTF-8
      String channel = names.channel();
      if (user.isEmpty()) {
        continue;
      }

      MemberTarget target =
          MemberTarget.of("/v1/channels/" + channel + "/members/" + encoded(user));

      assertNotNull(target);
      assertEquals(user, target.user());
      assertEquals(channel, target.channel());
    }
  }

  @Test
  void anAddressOfMembersSentInAnyWayNamesOneChannel() {
    for (int i = 0; i < TRIES; i++) {
      String raw = "/v1/channels/" + names.any() + "/members/" + names.any();

      MemberTarget target = MemberTarget.of(raw);

      if (target != null && target.channel() != null) {
        String segment = raw.substring("/v1/channels/".length(), raw.indexOf("/members"));
        assertEquals(MemberTarget.decode(segment), target.channel());
        Channel channel = Channel.parse("acme", target.channel());
        if (channel != null) {
          assertEquals("acme/" + target.channel(), channel.full());
        }
      }
    }
  }

  /** Every byte escaped that is no letter or digit, and some of those too. */
  private String encoded(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      boolean plain = b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
      if (plain && names.random().nextInt(4) > 0) {
        out.append((char) b);
      } else {
        out.append(String.format(names.random().nextBoolean() ? "%%%02x" : "%%%02X", b & 0xff));
      }
    }
    return out.toString();
  }
}
