package io.tailrace.load.driver;

import io.tailrace.load.oracle.Acknowledgement;
import io.tailrace.load.target.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Publishes through SQL in two transactions that are open at the same time and commit in the order
 * opposite to their beginnings, so that the order of ids, of inserts and of LSNs all differ from
 * the order of commits. Some roll back.
 */
public final class SqlWriter implements Actor {
  private record Written(String channel, UUID id) {}

  private final Target target;
  private final Ledger ledger;
  private final List<String> channels;
  private final RandomGenerator random;
  private final Messages messages;
  private @Nullable Connection first;
  private @Nullable Connection second;

  public SqlWriter(Crew crew, Ledger ledger, RandomGenerator random) {
    this.target = crew.target();
    this.ledger = ledger;
    this.channels = ledger.channels();
    this.random = random;
    this.messages = new Messages(random);
  }

  @Override
  public void act() throws SQLException {
    List<Written> early = new ArrayList<>();
    List<Written> late = new ArrayList<>();
    try {
      if (first == null) {
        first = connect();
      }
      if (second == null) {
        second = connect();
      }
      var a = first;
      var b = second;
      int rounds = random.nextInt(1, 5);
      for (int i = 0; i < rounds; i++) {
        early.add(publish(a));
        late.add(publish(b));
      }
      end(b, late);
      end(a, early);
    } catch (SQLException lost) {
      close();
      throw lost;
    }
  }

  private Connection connect() throws SQLException {
    var connection = target.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  private Written publish(Connection connection) throws SQLException {
    var written = new Written(channels.get(random.nextInt(channels.size())), UUID.randomUUID());
    var entity = messages.entityOrEmpty();
    try (var statement =
        connection.prepareStatement(
            "select tailrace.publish(?, 'message.posted', ?::json, ?, 'sql', ?)")) {
      statement.setString(1, written.channel());
      statement.setString(2, messages.next());
      statement.setString(3, entity.isEmpty() ? null : entity);
      statement.setObject(4, written.id());
      statement.execute();
    }
    return written;
  }

  /**
   * What is not told here, because the connection broke at the commit, may or may not have
   * happened.
   */
  private void end(Connection connection, List<Written> events) throws SQLException {
    if (random.nextInt(5) == 0) {
      events.forEach(event -> ledger.rolledBack(event.channel(), event.id()));
      connection.rollback();
    } else {
      connection.commit();
      events.forEach(event ->
          ledger.acknowledged(
              event.channel(), new Acknowledgement(event.id(), "tailrace.publish", null)));
    }
  }

  @Override
  public void close() {
    close(first);
    close(second);
    first = null;
    second = null;
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException _) {
        // It is broken already.
      }
    }
  }
}
