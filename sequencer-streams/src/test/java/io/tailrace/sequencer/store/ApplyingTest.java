package io.tailrace.sequencer.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.name.Channel;
import org.junit.jupiter.api.Test;

class ApplyingTest {
  private final ChannelWriter writer = new ChannelWriter(new Channel("acme", "chat", "a"), 1);

  private static Head head(Applying applying) {
    return assertInstanceOf(Applying.Append.class, applying).head();
  }

  @Test
  void anEventThatFollowsBecomesTheHead() {
    Head one = head(Applying.decide(null, writer.next(null)));

    Head two = head(Applying.decide(one, writer.next(null)));

    assertEquals(new Head(1, 2, writer.chain(), 1, 2), two);
  }

  @Test
  void aRecordThatIsReadAgainIsSkipped() {
    Event first = writer.next(null);
    Head head = head(Applying.decide(head(Applying.decide(null, first)), writer.next(null)));

    assertInstanceOf(Applying.Skip.class, Applying.decide(head, first));
  }

  @Test
  void historyMayBeginAboveOneAfterRetention() {
    writer.next(null);
    writer.next(null);
    Event third = writer.next(null);

    assertEquals(new Head(1, 3, third.chain(), 3, 3), head(Applying.decide(null, third)));
  }

  @Test
  void anotherEpochBeginsAnewAndALowerOneIsIgnored() {
    Event old = writer.next(null);
    Head head = head(Applying.decide(null, old));
    writer.begin(2);

    Applying.Append next =
        assertInstanceOf(Applying.Append.class, Applying.decide(head, writer.next(null)));

    assertEquals(new Head(2, 1, writer.chain(), 1, 1), next.head());
    assertEquals(true, next.newEpoch());
    assertInstanceOf(Applying.Skip.class, Applying.decide(next.head(), old));
  }

  @Test
  void aHoleIsLoud() {
    Head head = head(Applying.decide(null, writer.next(null)));
    writer.next(null);

    assertInstanceOf(Applying.Broken.class, Applying.decide(head, writer.next(null)));
  }

  @Test
  void anotherChainIsLoud() {
    Event event = writer.next(null);
    Head head = head(Applying.decide(null, event));
    Event other =
        new Event(event.channel(), event.envelope(), 1, 1, event.chain() + 1, event.data());
    Event next = writer.next(null);
    Event changed =
        new Event(next.channel(), next.envelope(), 1, 2, next.chain(), new byte[] {'{', '}'});

    assertInstanceOf(Applying.Broken.class, Applying.decide(head, other));
    assertInstanceOf(Applying.Broken.class, Applying.decide(head, changed));
  }
}
