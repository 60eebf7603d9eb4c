package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.event.Event;
import io.tailrace.schemas.join.JoinWire;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.topic.Topics;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
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
        join(ask(7, channel, end, 0, 6L), ask(8, channel, 0, 7, null), ask(9, channel(), 0, 0, 0L));

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
        join(ask(1, channel, logEnd(channel) + 1000, 0, null), ask(2, channel, 0, 1, 0L));

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
