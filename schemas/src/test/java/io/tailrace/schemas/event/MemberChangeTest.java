package io.tailrace.schemas.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemberChangeTest {
  @Test
  void aSetGivesTheRole() {
    assertEquals(
        new MemberChange("ada", "owner"), read("member.set", "member:ada", "{\"role\":\"owner\"}"));
  }

  @Test
  void aRemovalGivesNoRole() {
    assertEquals(new MemberChange("ada", null), read("member.removed", "member:ada", "{}"));
  }

  @Test
  void aUserIsAllThatFollowsTheFirstColon() {
    assertEquals(new MemberChange("a:b/c", null), read("member.removed", "member:a:b/c", "{}"));
  }

  @Test
  void aSetWithoutReadableRoleStillSets() {
    for (String data : new String[] {"{}", "1", "{\"role\":1}", "{\"role\":\"No Role\"}", "{"}) {
      assertEquals(
          new MemberChange("ada", MemberChange.UNREADABLE), read("member.set", "member:ada", data));
    }
  }

  @Test
  void allOtherEventsAreAboutNoMember() {
    assertNull(read("message.posted", "member:ada", "{\"role\":\"owner\"}"));
    assertNull(read("member.set", "ada", "{\"role\":\"owner\"}"));
    assertNull(read("member.set", "member:", "{\"role\":\"owner\"}"));
    assertNull(read("member.set", null, "{\"role\":\"owner\"}"));
    assertNull(read("member.other", "member:ada", "{}"));
    assertNull(read("members", "member:ada", "{}"));
  }

  private static @Nullable MemberChange read(String type, @Nullable String entity, String data) {
    Envelope envelope =
        new Envelope("id", type, entity, "bob", "2026-01-01T00:00:00.000000Z", null);
    return MemberChange.of(envelope, data.getBytes(UTF_8));
  }
}
