package io.tailrace.write.http;

import io.tailrace.schemas.event.Times;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.write.ack.Sequenced;
import io.tailrace.write.limit.Quota;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a write is answered. */
sealed interface Answer {
  /** Any answer, and where the caller stands with the limit that is nearest. */
  record Metered(Answer answer, Quota quota) implements Answer {}

  /** No. */
  record Refused(Problem problem) implements Answer {}

  /**
   * Written.
   *
   * @param events what became of each, in the order of the request
   * @param single whether one event was asked for, and not a transaction
   * @param replayed whether an earlier write with the same key was the one
   */
  record Written(List<One> events, boolean single, String traceId, boolean replayed)
      implements Answer {

    /** 201 where every seq is known, else 202. */
    int status() {
      for (One event : events) {
        if (event.sequenced() == null) {
          return 202;
        }
      }
      return 201;
    }

    /** The body. Names and ids need no escapes: their grammars have no such character. */
    byte[] body() {
      boolean placed = status() == 201;
      StringBuilder json = new StringBuilder(64 + 220 * events.size());
      if (single) {
        events.getFirst().append(json, traceId, placed);
      } else {
        json.append("{\"events\":[");
        for (int i = 0; i < events.size(); i++) {
          if (i > 0) {
            json.append(',');
          }
          events.get(i).append(json, traceId, placed);
        }
        json.append("],\"traceId\":\"").append(traceId).append("\"}");
      }
      return json.toString().getBytes(StandardCharsets.US_ASCII);
    }
  }

  /**
   * One event of an answer.
   *
   * @param committed when, where the seq is not known
   */
  record One(Channel channel, String id, @Nullable Sequenced sequenced, Instant committed) {
    private void append(StringBuilder json, String writeTraceId, boolean placed) {
      json.append("{\"channel\":\"").append(channel.name());
      json.append("\",\"id\":\"").append(id);
      String traceId = writeTraceId;
      if (sequenced == null || !placed) {
        json.append("\",\"time\":\"").append(Times.format(committed));
      } else {
        json.append("\",\"epoch\":").append(sequenced.epoch());
        json.append(",\"seq\":").append(sequenced.seq());
        json.append(",\"time\":\"").append(sequenced.time());
        traceId = sequenced.traceId() == null ? writeTraceId : sequenced.traceId();
      }
      json.append("\",\"traceId\":\"").append(traceId).append("\"}");
    }
  }
}
