package io.tailrace.load.driver;

import io.tailrace.load.oracle.Acknowledgement;
import io.tailrace.load.target.Target;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Writes many rows with one COPY into the outbox: they share one LSN, and all must arrive. Some
 * roll back.
 */
public final class CopyWriter implements Actor {
  private static final int ROWS_MAX = 40;

  private record Row(String channel, UUID id) {}

  private final Target target;
  private final Ledger ledger;
  private final List<String> channels;
  private final RandomGenerator random;
  private final Messages messages;
  private @Nullable Connection open;

  public CopyWriter(Crew crew, Ledger ledger, RandomGenerator random) {
    this.target = crew.target();
    this.ledger = ledger;
    this.channels = ledger.channels();
    this.random = random;
    this.messages = new Messages(random);
  }

  @Override
  public void act() throws SQLException, IOException {
    List<Row> rows = new ArrayList<>();
    var text = new StringBuilder();
    int count = random.nextInt(1, ROWS_MAX);
    for (int i = 0; i < count; i++) {
      var row = new Row(channels.get(random.nextInt(channels.size())), UUID.randomUUID());
      rows.add(row);
      text.append(
          "%s\t%s\t%s\tmessage.posted\tcopy\t%s\n"
              .formatted(row.id(), target.tenant(), row.channel(), escaped(messages.next())));
    }
    try {
      write(rows, text.toString());
    } catch (SQLException | IOException lost) {
      close();
      throw lost;
    }
  }

  private void write(List<Row> rows, String text) throws SQLException, IOException {
    var connection = connection();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn(
            "copy tailrace.outbox (id, tenant, channel, type, author, data) from stdin",
            new StringReader(text));
    if (random.nextInt(5) == 0) {
      rows.forEach(row -> ledger.rolledBack(row.channel(), row.id()));
      connection.rollback();
    } else {
      connection.commit();
      rows.forEach(
          row -> ledger.acknowledged(row.channel(), new Acknowledgement(row.id(), "COPY", null)));
    }
  }

  private Connection connection() throws SQLException {
    var connection = open;
    if (connection == null) {
      connection = target.connect();
      connection.setAutoCommit(false);
      open = connection;
    }
    return connection;
  }

  /** As COPY's text format asks (PostgreSQL documentation, "COPY", File Formats). */
  private static String escaped(String json) {
    return json.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
  }

  @Override
  public void close() {
    var connection = open;
    open = null;
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException _) {
        // It is broken already.
      }
    }
  }
}
