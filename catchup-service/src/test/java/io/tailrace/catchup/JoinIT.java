package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The gateways' joins over HTTP, on a real broker. */
class JoinIT extends RunningCatchup {
  private List<JoinWire.Answer> join(JoinWire.Ask... asks) {
    HttpRequest request =
        request(JoinWire.PATH)
            .header("Authorization", "Bearer " + SERVICE_KEY)
            .POST(HttpRequest.BodyPublishers.ofByteArray(JoinWire.encodeAsks(List.of(asks))))
            .build();
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, response.statusCode());
      return JoinWire.decodeAnswers(response.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static JoinWire.Ask ask(
      long number, Channel channel, long from, long minSeq, @Nullable Long after) {
    return new JoinWire.Ask(
        number,
        ada(channel.tenant()),
        channel.name(),
        partitionOf(channel),
        from,
        minSeq,
        1,
        after);
  }

  private static JoinWire.Ask askOf(
      String user, Channel channel, long from, long minSeq, @Nullable Long after) {
    return new JoinWire.Ask(
        1, who(user), channel.name(), partitionOf(channel), from, minSeq, 1, after);
  }

  /** Who comes before the store does is told to come again, and does until these are answered. */
  private List<JoinWire.Answer> joined(List<Long> numbers, JoinWire.Ask... asks) {
    List<JoinWire.Answer> answers = new ArrayList<>();
    Await.until(
        "answers to " + numbers,
        () -> {
          answers.clear();
          answers.addAll(join(asks));
          return answers.stream().noneMatch(one -> numbers.contains(one.number()) && isLate(one));
        });
    return answers;
  }

  private static boolean isLate(JoinWire.Answer answer) {
    return answer instanceof JoinWire.Answer.Refused refused
        && refused.code() == ProblemCode.NOT_READY;
  }

  private JoinWire.Answer.View view(JoinWire.Ask ask) {
    return assertInstanceOf(
        JoinWire.Answer.View.class, joined(List.of(ask.number()), ask).getFirst());
  }

  private void assertForbidden(JoinWire.Ask ask) {
    assertEquals(
        ProblemCode.FORBIDDEN,
        assertInstanceOf(
                JoinWire.Answer.Refused.class, joined(List.of(ask.number()), ask).getFirst())
            .code());
  }

  private void assertNotReady(JoinWire.Ask ask) {
    assertTrue(isLate(join(ask).getFirst()));
  }

  @Test
  void aJoinTellsByWhatOneReadsAndFromWhere() {
    Channel channel = channel();
    log.append(channel, 3);
    Channel inbox = new Channel("acme", "inbox", "bob");
    assertEquals(JoinWire.Entry.OPEN, view(askOf("bob", channel, 0, 3, 0L)).entry());
    assertEquals(JoinWire.Entry.TOKEN, view(askOf("bob", inbox, 0, 0, 0L)).entry());
    log.change(channel, "owner", "owner");
    Event last = log.append(channel, null, "{\"text\":\"x\"}");
    log.change(channel, "bob", "reader");

    JoinWire.Answer.View first = view(askOf("owner", channel, 0, 6, 5L));
    JoinWire.Answer.View added = view(askOf("bob", channel, 0, 6, 5L));

    assertEquals(JoinWire.Entry.MEMBER, first.entry());
    assertEquals(1, first.visibleFrom());
    assertEquals(last.chain(), first.chainAtAfter());
    assertEquals(JoinWire.Entry.MEMBER, added.entry());
    assertEquals(6, added.visibleFrom());
    assertEquals(6, added.head());
    assertNull(added.chainAtAfter());
    assertNotNull(view(askOf("bob", channel, 0, 6, 6L)).chainAtAfter());
    Channel doc = channel("doc");
    log.change(doc, "owner", "owner");
    log.change(doc, "bob", "reader");
    assertEquals(1, view(askOf("bob", doc, 0, 2, null)).visibleFrom());
  }

  @Test
  void aJoinIsRefusedOnlyAtAPlaceThatHasPassedWhatWasAskedFor() {
    Channel channel = channel();
    log.change(channel, "owner", "owner");
    view(askOf("owner", channel, 0, 1, null));
    assertForbidden(askOf("bob", channel, 0, 1, null));
    assertNotReady(askOf("bob", channel, logEnd(channel) + 100, 0, null));
    assertNotReady(askOf("bob", channel, 0, 3, null));
    Channel none = new Channel("acme", "nokind", "x");
    assertNotReady(askOf("bob", none, 1L << 50, 0, null));
    assertForbidden(askOf("bob", none, 0, 0, null));
    CompletableFuture<JoinWire.Answer.View> waiting =
        CompletableFuture.supplyAsync(() -> view(askOf("bob", channel, 0, 2, null)));
    Await.until("a wait", () -> service.metrics().get(CatchupMetrics.WAITS).gauge().value() > 0);

    log.change(channel, "bob", "member");

    assertEquals(2, waiting.join().visibleFrom());
    log.change(channel, "bob", null);
    assertForbidden(askOf("bob", channel, 0, 3, null));
  }

  private long logEnd(Channel channel) {
    TopicPartition partition = new TopicPartition(Topics.EVENTS, partitionOf(channel));
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
  }

  @Test
  void aJoinAnswersFromBehindTheLogsEndMarkersCounted() {
    Channel channel = channel();
    log.append(channel, 5);
    Event third = log.append(channel, null, "{\"text\":\"x\"}");
    log.append(channel, 1);
    long end = logEnd(channel);

    List<JoinWire.Answer> answers =
        joined(
            List.of(7L, 8L, 9L),
            ask(7, channel, end, 0, 6L),
            ask(8, channel, 0, 7, null),
            ask(9, channel(), 0, 0, 0L));

    JoinWire.Answer.View view =
        (JoinWire.Answer.View)
            answers.stream().filter(a -> a.number() == 7).findAny().orElseThrow();
    assertEquals(1, view.epoch());
    assertEquals(7, view.head());
    assertTrue(view.position() >= end);
    assertEquals(third.chain(), view.chainAtAfter());
    assertEquals(3, answers.size());
  }

  @Test
  void aJoinThatTheStoreHasNotReachedIsNotReady() {
    Channel channel = channel();
    log.append(channel, 1);

    List<JoinWire.Answer> answers =
        joined(
            List.of(2L),
            ask(1, channel, logEnd(channel) + 1000, 0, null),
            ask(2, channel, 0, 1, 0L));

    Map<Long, JoinWire.Answer> byNumber = new TreeMap<>();
    answers.forEach(answer -> byNumber.put(answer.number(), answer));
    assertEquals(
        ProblemCode.NOT_READY,
        ((JoinWire.Answer.Refused) Objects.requireNonNull(byNumber.get(1L))).code());
    assertEquals(1, ((JoinWire.Answer.View) Objects.requireNonNull(byNumber.get(2L))).head());
  }

  @Test
  void aJoinIsDecidedPerSubscriberAndNeedsTheServiceKey() {
    JoinWire.Answer refused =
        join(ask(1, new Channel("acme", "inbox", "bob"), 0, 0, null)).getFirst();
    HttpResponse<String> without =
        send(request(JoinWire.PATH).POST(HttpRequest.BodyPublishers.ofString("{\"asks\":[]}")));

    assertEquals(ProblemCode.FORBIDDEN, ((JoinWire.Answer.Refused) refused).code());
    assertEquals(401, without.statusCode());
  }
}
