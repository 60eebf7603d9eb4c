package io.tailrace.gateway.fanout;

import static io.tailrace.schemas.join.JoinWire.Entry.MEMBER;
import static io.tailrace.schemas.join.JoinWire.Entry.OPEN;
import static io.tailrace.schemas.join.JoinWire.Entry.TOKEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.gateway.encode.Frame;
import io.tailrace.gateway.encode.Wire;
import io.tailrace.gateway.session.Peer;
import io.tailrace.schemas.join.JoinWire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A change of a channel's members ends a subscription exactly where it stands. */
final class MembersTest {
  /** So little that a replay takes several turns. */
  private static final long LITTLE = 300;

  private final OneChannel channel = new OneChannel(10_000);

  private static Frame[] all(Frame[] first, Frame... rest) {
    List<Frame> frames = new ArrayList<>(Arrays.asList(first));
    frames.addAll(Arrays.asList(rest));
    return frames.toArray(new Frame[0]);
  }

  private static List<String> story(String begin, long from, long to, String... end) {
    List<String> story = new ArrayList<>();
    story.add(begin);
    LongStream.rangeClosed(from, to).forEach(seq -> story.add(Long.toString(seq)));
    story.addAll(List.of(end));
    return story;
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void aBatchIsCutAtARemovalInItsMiddle(Wire wire) {
    Peer ann = channel.reader("ann", wire, 0, 0, MEMBER);
    Peer alsoAnn = channel.reader("ann", wire, 0, 0, MEMBER);
    Peer bob = channel.reader("bob", wire, 0, 0, MEMBER);

    channel.feed(all(channel.events(1, 3), channel.removed(4, "ann"), channel.event(5, null)));
    channel.feed(channel.event(6, null));

    assertEquals(story("subscribed 0", 1, 3, "revoked 4"), channel.told(ann));
    assertEquals(story("subscribed 0", 1, 3, "revoked 4"), channel.told(alsoAnn));
    assertEquals(story("subscribed 0", 1, 6), channel.told(bob));
  }

  @Test
  void aTurnIsCutThoughItsBatchesAreDecidedTogether() {
    Peer ann = channel.reader("ann", Wire.WEB_SOCKET, 0, 0, MEMBER);

    channel.feedWithin(all(channel.events(1, 2), channel.removed(3, "ann")), channel.set(4, "ann"));

    assertEquals(story("subscribed 0", 1, 2, "revoked 3"), channel.told(ann));
  }

  @Test
  void whoGoesOnIsAskedOfEveryChange() {
    Peer bob = channel.reader("bob", Wire.WEB_SOCKET, 0, 0, MEMBER);

    channel.feed(
        channel.removed(1, "ann"),
        channel.set(2, "bob"),
        channel.removed(3, "dan"),
        channel.event(4, null),
        channel.removed(5, "bob"));

    assertEquals(story("subscribed 0", 1, 4, "revoked 5"), channel.told(bob));
  }

  @Test
  void theFirstMemberClosesAnOpenChannelToAllOthers() {
    Peer ann = channel.reader("ann", Wire.WEB_SOCKET, 0, 0, OPEN);
    Peer bob = channel.reader("bob", Wire.WEB_SOCKET, 0, 0, OPEN);
    Peer publisher = channel.reader("dan", Wire.WEB_SOCKET, 0, 0, TOKEN);

    channel.feed(channel.event(1, null), channel.set(2, "ann"), channel.set(3, "cat"));
    channel.feed(channel.removed(4, "dan"), channel.removed(5, "ann"), channel.event(6, null));

    assertEquals(story("subscribed 0", 1, 4, "revoked 5"), channel.told(ann));
    assertEquals(story("subscribed 0", 1, 1, "revoked 2"), channel.told(bob));
    assertEquals(story("subscribed 0", 1, 6), channel.told(publisher), "members never matter");
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void aReplayEndsAtTheRemovalThatCameWhileItWentOn(Wire wire) {
    OneChannel slow = new OneChannel(LITTLE);
    slow.feed(slow.events(1, 40));
    Peer ann = slow.reader("ann", wire, 0, 40, MEMBER);
    Peer bob = slow.reader("bob", wire, 0, 40, MEMBER);

    slow.feed(slow.event(41, null), slow.removed(42, "ann"), slow.event(43, null));

    assertEquals(story("subscribed 0", 1, 41, "revoked 42"), slow.told(ann));
    assertEquals(story("subscribed 0", 1, 43), slow.told(bob));
  }

  @Test
  void aPieceThatOthersWereGivenIsCut() {
    OneChannel slow = new OneChannel(LITTLE);
    slow.feed(slow.events(1, 40));
    Peer ann = slow.reader("ann", Wire.WEB_SOCKET, 0, 40, MEMBER);
    slow.feed(all(slow.events(41, 44), slow.removed(45, "ann")));
    slow.feed(slow.events(46, 60));
    // They are read past the removal first, so that the pieces around it are made for them.
    Peer bob = slow.reader("bob", Wire.WEB_SOCKET, 40, 60, MEMBER);
    assertEquals(story("subscribed 40", 41, 60), slow.told(bob));

    assertEquals(story("subscribed 0", 1, 44, "revoked 45"), slow.told(ann));
  }

  @Test
  void changesThatTheStoresKnewOfAreNoEnd() {
    channel.feed(
        channel.event(1, null),
        channel.removed(2, "ann"),
        channel.event(3, null),
        channel.set(4, "ann"));

    Peer ann = channel.reader("ann", Wire.WEB_SOCKET, 0, 4, MEMBER);

    assertEquals(story("subscribed 0", 1, 4), channel.told(ann), "where all history is shown");
  }

  @Test
  void aLateJoinerBeginsWhereTheStoresSay() {
    channel.feed(all(channel.events(1, 5), channel.set(6, "ann"), channel.event(7, null)));
    Peer ann = channel.connect("ann", Wire.WEB_SOCKET);

    channel.answer(channel.subscribe(ann, 2L), 7, 6, MEMBER);

    assertEquals(story("subscribed 5", 6, 7), channel.told(ann));
  }

  @Test
  void theStoresAreToHaveTheLastChangeSeen() {
    channel.feed(channel.set(1, "ann"), channel.event(2, null), channel.removed(3, "bob"));

    assertEquals(3, channel.subscribe(channel.connect("ann", Wire.WEB_SOCKET), 0L).minSeq());
  }

  @Test
  void anAnswerThatARemovalHasOvertakenIsAskedForAnew() {
    channel.feed(channel.set(1, "ann"), channel.event(2, null));
    Peer ann = channel.connect("ann", Wire.WEB_SOCKET);
    JoinWire.Ask ask = channel.subscribe(ann, 0L);
    channel.feed(channel.removed(3, "ann"), channel.event(4, null));

    channel.answer(ask, 2, 1, MEMBER);

    assertEquals(List.of(), channel.told(ann));
    JoinWire.Ask anew = channel.nextAsk();
    assertEquals(3, anew.minSeq());
    channel.answer(ask, 2, 1, MEMBER);
    assertEquals(List.of(), channel.told(ann), "the first question counts no more");
    channel.feed(channel.set(5, "ann"));
    channel.answer(anew, 5, 5, MEMBER);
    assertEquals(List.of("subscribed 4", "5"), channel.told(ann));
  }

  @Test
  void anAnswerThatTheClosingHasOvertakenIsAskedForAnew() {
    channel.feed(channel.event(1, null));
    Peer ann = channel.connect("ann", Wire.WEB_SOCKET);
    Peer bob = channel.connect("bob", Wire.WEB_SOCKET);
    JoinWire.Ask anns = channel.subscribe(ann, 0L);
    JoinWire.Ask bobs = channel.subscribe(bob, 0L);
    channel.feed(channel.set(2, "ann"));

    channel.answer(anns, 1, 1, OPEN);
    assertEquals(story("subscribed 0", 1, 2), channel.told(ann), "whom it makes a member");
    channel.feed(channel.set(3, "cat"), channel.removed(4, "ann"));
    assertEquals(List.of("3", "revoked 4"), channel.told(ann));
    channel.answer(bobs, 1, 1, OPEN);
    assertEquals(List.of(), channel.told(bob));
    assertEquals(4, channel.nextAsk().minSeq());
  }

  @Test
  void aChangeThatTheWindowHasNoMoreIsLeftToTheStores() {
    channel.feed(channel.set(1, "ann"));
    Peer ann = channel.connect("ann", Wire.WEB_SOCKET);
    JoinWire.Ask ask = channel.subscribe(ann, 0L);
    channel.feed(channel.removed(2, "ann"));
    // Below what the window can compare: it begins anew, without the removal.
    Peer again = channel.connect("ann", Wire.WEB_SOCKET);
    channel.feed(channel.event(9, null));
    channel.answer(ask, 1, 1, MEMBER);
    assertEquals(List.of("not_ready"), channel.told(ann), "a hole spoils who joins");

    JoinWire.Ask later = channel.subscribe(again, 0L);

    assertEquals(2, later.minSeq());
    channel.answer(later, 1, 1, MEMBER);
    assertEquals(List.of(), channel.told(again), "though stores that wait answer otherwise");
    assertEquals(2, channel.nextAsk().minSeq());
  }

  @Test
  void aRemovalThatComesAgainRevokesWhoStartedBelowIt() {
    channel.feed(channel.set(1, "ann"), channel.event(2, null));
    Peer early = channel.reader("ann", Wire.WEB_SOCKET, 0, 2, MEMBER);
    channel.feed(channel.removed(3, "ann"), channel.event(4, null));
    assertEquals(story("subscribed 0", 1, 2, "revoked 3"), channel.told(early));
    // Its transaction was aborted: stores that have read past it know nothing of it.
    Peer late = channel.connect("ann", Wire.WEB_SOCKET);
    channel.answer(channel.subscribe(late, 0L), 2, 4, 1, MEMBER);
    assertEquals(story("subscribed 0", 1, 2), channel.told(late));

    channel.feed(channel.removed(3, "ann"), channel.event(4, null));

    assertEquals(List.of("revoked 3"), channel.told(late));
    assertEquals(List.of(), channel.told(early), "who was told is not told again");
  }

  @Test
  void anotherEventInPlaceOfARemovalLeavesItToTheStores() {
    channel.feed(channel.set(1, "ann"), channel.removed(2, "ann"));
    Peer bob = channel.reader("bob", Wire.WEB_SOCKET, 0, 2, MEMBER);

    channel.feed(channel.event(2, 222, null));

    assertEquals(story("subscribed 0", 1, 2, "reset"), channel.told(bob));
    Peer ann = channel.connect("ann", Wire.WEB_SOCKET);
    JoinWire.Ask ask = channel.subscribe(ann, 0L);
    channel.answer(ask, 1, 1, MEMBER);
    assertEquals(story("subscribed 0", 1, 2), channel.told(ann), "the removal is void");
  }

  @ParameterizedTest
  @EnumSource(Wire.class)
  void theLastOneToLeaveLeavesNothingBehind(Wire wire) {
    Peer ann = channel.reader("ann", wire, 0, 0, MEMBER);

    channel.feed(
        channel.event(1, null),
        channel.removed(2, "ann"),
        channel.event(3, null),
        channel.set(4, "ann"),
        channel.event(5, null));

    assertEquals(story("subscribed 0", 1, 1, "revoked 2"), channel.told(ann));
    assertEquals(5, channel.subscribe(ann, 1L).minSeq() + 1);
  }

  @Test
  void aNarrowerTokenEndsWhatItDoesNotAllow() {
    Peer ann = channel.reader("ann", Wire.WEB_SOCKET, 0, 0, OPEN);
    channel.feed(channel.events(1, 3));

    channel.auth(ann, "ann doc:b");
    channel.feed(channel.event(4, null));

    assertEquals(story("subscribed 0", 1, 3, "authed", "revoked 4"), channel.told(ann));
    channel.auth(ann, "ann");
    assertEquals(List.of("authed"), channel.told(ann));
    channel.answer(channel.subscribe(ann, 3L), 4, 1, OPEN);
    assertEquals(List.of("subscribed 3", "4"), channel.told(ann), "a wider one asks again");
  }

  @Test
  void aNarrowerTokenRefusesWhatIsBeingAskedFor() {
    Peer ann = channel.connect("ann", Wire.WEB_SOCKET);
    JoinWire.Ask ask = channel.subscribe(ann, 0L);

    channel.auth(ann, "ann doc:b");
    channel.answer(ask, 0, 1, OPEN);
    channel.feed(channel.event(1, null));

    assertEquals(List.of("authed", "forbidden"), channel.told(ann));
  }

  @Test
  void aTokenThatAllowsAsMuchChangesNothing() {
    Peer ann = channel.reader("ann", Wire.WEB_SOCKET, 0, 0, OPEN);

    channel.auth(ann, "ann chat:a");
    channel.feed(channel.event(1, null));

    assertEquals(List.of("subscribed 0", "authed", "1"), channel.told(ann));
  }

  @Test
  void aTokenOfAnotherUserIsRefusedAndChangesNothing() {
    Peer ann = channel.reader("ann", Wire.WEB_SOCKET, 0, 0, MEMBER);

    channel.auth(ann, "bob");
    channel.feed(channel.event(1, null), channel.removed(2, "ann"));

    assertEquals(story("subscribed 0", 1, 0, "forbidden", "1", "revoked 2"), channel.told(ann));
    assertTrue(channel.asksNothing());
  }
}
