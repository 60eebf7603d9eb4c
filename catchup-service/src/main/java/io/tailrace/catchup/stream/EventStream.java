package io.tailrace.catchup.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.catchup.auth.Reader;
import io.tailrace.catchup.await.Moments;
import io.tailrace.catchup.read.Pieces;
import io.tailrace.schemas.event.Chain;
import io.tailrace.schemas.frame.JsonText;
import io.tailrace.schemas.problem.Problem;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.sequencer.store.StoredEvent;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Any number of events in one answer: a record {@code begin}, one record per event, and a record
 * {@code end} that says whether all came, or why not and after which seq to go on. A stream without
 * {@code end} was cut.
 */
public final class EventStream implements Pieces {
  private static final int BEGIN_BYTES = 256;

  private final Asked asked;
  private final StreamRules.Plan plan;
  private final EventRun run;
  private boolean begun;

  /**
   * Who reads, and how.
   *
   * @param until when the token ends
   */
  public record Asked(Reader reader, StreamFormat format, Instant until, InstantSource clock) {}

  /** Of a stream that may begin. */
  public EventStream(Moments moments, Asked asked, StreamRules.Plan plan) {
    this.asked = asked;
    this.plan = plan;
    this.run = new EventRun(moments, asked.reader(), plan.epoch(), plan.after(), plan.to());
  }

  @Override
  public Piece next() throws InterruptedException {
    JsonText out = new JsonText(4096);
    if (!begun) {
      begun = true;
      record(out, begin());
    }
    if (asked.clock().instant().isAfter(asked.until())) {
      return end(out, Problem.of(ProblemCode.TOKEN_EXPIRED, "go on with a fresh token"));
    }
    if (!run.isDone()) {
      switch (run.next()) {
        case EventRun.Step.Events(var events) -> {
          for (StoredEvent event : events) {
            record(out, event.json());
          }
        }
        case EventRun.Step.Refused(Problem problem) -> {
          return end(out, problem);
        }
      }
    }
    return run.isDone() ? complete(out) : new Piece.More(out.toByteArray());
  }

  private byte[] begin() {
    JsonText out = new JsonText(BEGIN_BYTES);
    out.ascii("{\"begin\":{\"channel\":").string(asked.reader().channel().name());
    out.ascii(",\"epoch\":").number(plan.epoch());
    out.ascii(",\"head\":").number(plan.head());
    out.ascii(",\"after\":").number(plan.after());
    out.ascii(",\"to\":").number(plan.to());
    return out.ascii("}}").toByteArray();
  }

  private Piece complete(JsonText out) {
    ObjectNode end = JsonNodeFactory.instance.objectNode();
    end.put("complete", true).put("after", run.at());
    Long chain = run.chain();
    if (chain != null) {
      end.put("chain", Chain.hex(chain));
    }
    return end(out, end);
  }

  private Piece end(JsonText out, Problem problem) {
    ObjectNode end = JsonNodeFactory.instance.objectNode();
    end.put("complete", false).put("after", run.at());
    end.put("code", problem.code().code()).put("detail", problem.detail());
    problem.extras().forEach(end::putPOJO);
    return end(out, end);
  }

  private Piece end(JsonText out, ObjectNode end) {
    ObjectNode record = JsonNodeFactory.instance.objectNode();
    record.set("end", end);
    record(out, record.toString().getBytes(UTF_8));
    return new Piece.Last(out.toByteArray());
  }

  private void record(JsonText out, byte[] json) {
    asked.format().record(out, json);
  }
}
