package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.name.Channel;
import io.tailrace.write.it.Caller.Reply;
import io.tailrace.write.validate.Bodies;
import io.tailrace.write.validate.Validated;
import io.tailrace.write.validate.Validator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is taken, PostgreSQL takes too; what is sent over HTTP gets a documented answer. */
class FuzzIT {
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void whatIsTakenFitsJsonAndJsonb() throws SQLException {
    System.out.println("FuzzIT -Dseed=" + seed);
    Validator validator = new Validator(Contracts.shipped());
    Channel channel = new Channel("demo", "chat", "lobby");
    List<String> taken = new ArrayList<>();
    while (taken.size() < 20_000) {
      if (validator.event(Bodies.next(random), channel) instanceof Validated.Valid valid) {
        taken.add(valid.events().getFirst().data());
      }
    }
    taken.add(
        "{\"a\":" + "9".repeat(1000) + ",\"b\":1e9999,\"c\":-1e-9999,\"d\":\"\\ud83c\\udf0a\"}");

    try (Connection connection = Servers.connect();
        PreparedStatement statement =
            connection.prepareStatement(
                "select count(*), count(d::json::jsonb), count(*) filter (where d::json::text = d)"
                    + " from unnest(?::text[]) d")) {
      statement.setArray(1, connection.createArrayOf("text", taken.toArray()));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        assertEquals(taken.size(), row.getInt(1));
        assertEquals(taken.size(), row.getInt(2));
        assertEquals(taken.size(), row.getInt(3));
      }
    }
  }

  @Test
  void everyBodyGetsADocumentedAnswer() {
    System.out.println("FuzzIT -Dseed=" + seed);
    try (Running running = new Running()) {
      Caller ada = running.caller("ada");
      for (int i = 0; i < 2_000; i++) {
        Reply reply = ada.post("/v1/channels/chat:fuzz/events?ack=commit", Bodies.next(random));
        if (reply.status() != 202) {
          assertTrue(Set.of(400, 413, 422).contains(reply.status()), reply.raw().body());
          assertTrue(reply.json().has("code"), reply.raw().body());
        }
      }
      assertTrue(running.service.ready());
    }
  }
}
