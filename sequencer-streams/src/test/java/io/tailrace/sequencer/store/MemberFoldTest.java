package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.event.MemberChange;
import io.tailrace.schemas.name.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The fold against a model that reads the whole log. */
class MemberFoldTest {
  private static final Channel CHANNEL = new Channel("acme", "chat", "a");
  private static final List<String> USERS = List.of("ada", "bob");
  private static final int LENGTH = 6;

  /** The rows that a store would hold. */
  private @Nullable ClosingRow closing;

  private final Map<String, MemberRow> members = new HashMap<>();

  private void fold(Event event) {
    MemberChange change = MemberChange.of(event.envelope(), event.data());
    if (change != null) {
      MemberFold next =
          MemberFold.of(closing, members.get(change.user()), change, event.epoch(), event.seq());
      closing = next.closing();
      members.put(change.user(), next.member());
    }
  }

  private Membership membership(String user, int epoch) {
    return Membership.of(epoch, closing, members.get(user));
  }

  private static Event step(ChannelWriter writer, int choice) {
    return switch (choice) {
      case 0 -> writer.next(null);
      case 1 -> writer.member("ada", "member");
      case 2 -> writer.member("ada", "owner");
      case 3 -> writer.member("ada", null);
      case 4 -> writer.member("bob", "member");
      default -> writer.member("bob", null);
    };
  }

  @Test
  void everyShortLogGivesWhatTheWholeLogSays() {
    int logs = (int) Math.pow(6, LENGTH);
    for (int began = 1; began <= 2; began++) {
      for (int number = 0; number < logs; number++) {
        ChannelWriter writer = new ChannelWriter(CHANNEL, 1);
        closing = began == 1 ? null : new ClosingRow(1, began, 0);
        members.clear();
        if (began > 1) {
          writer.next(null); // has left the topic
        }
        List<Event> log = new ArrayList<>();
        int rest = number;
        for (int i = 0; i < LENGTH; i++) {
          log.add(step(writer, rest % 6));
          rest /= 6;
        }

        log.forEach(this::fold);

        for (String user : USERS) {
          assertEquals(MemberModel.of(log, 1, user), membership(user, 1), began + " " + number);
        }
      }
    }
  }

  @Test
  void aChangeThatIsReadAgainOrIsOfAnOlderEpochChangesNothing() {
    ChannelWriter writer = new ChannelWriter(CHANNEL, 1);
    Event added = writer.member("ada", "owner");
    Event removed = writer.member("ada", null);
    Event again = writer.member("ada", "member");
    List.of(added, removed, again).forEach(this::fold);
    Membership before = membership("ada", 1);

    List.of(removed, added, again).forEach(this::fold);

    assertEquals(new Membership(1, "member", 3), before);
    assertEquals(before, membership("ada", 1));
    writer.begin(2);
    fold(writer.member("bob", "owner"));
    fold(writer.member("ada", "reader"));
    fold(again);
    assertEquals(new Membership(1, "reader", 2), membership("ada", 2));
  }

  @Test
  void anotherEpochForgetsTheOldOne() {
    ChannelWriter writer = new ChannelWriter(CHANNEL, 1);
    fold(writer.member("ada", "owner"));

    assertFalse(membership("ada", 2).isClosed());
    writer.begin(2);
    fold(writer.member("bob", "owner"));

    assertNull(membership("ada", 2).role());
    assertEquals(new Membership(1, "owner", 1), membership("bob", 2));
  }

  @Test
  void aLogThatBeginsWithARemovalIsOfAClosedChannel() {
    ChannelWriter writer = new ChannelWriter(CHANNEL, 1);
    writer.member("ada", "owner");
    closing = new ClosingRow(1, 2, 0);

    fold(writer.member("ada", null));

    assertEquals(new Membership(2, null, 1), membership("bob", 1));
  }
}
