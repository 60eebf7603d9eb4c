package io.tailrace.write.commit;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The one statement that writes a batch. Sent with autocommit, it is one transaction in one round
 * trip: keys are claimed, and the rows of all units that lost no key are inserted, in order.
 */
final class BatchStatement {
  /** Claims in the order of their keys, so that two transactions never wait for each other. */
  private static final String WITH_CLAIMS =
      """
      with c as (
        select * from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          as c(unit, tenant, author, key, body_hash, ids)
      ), won as (
        insert into tailrace.written (tenant, author, key, body_hash, ids)
        select tenant, author, key, decode(body_hash, 'hex'), ids::uuid[] from c
        order by tenant, author, key
        on conflict do nothing
        returning tenant, author, key
      ), lost as (
        select c.unit from c
        where not exists (select from won w where w.tenant = c.tenant and w.author = c.author and w.key = c.key)
      ), added as (
        insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent, created_at)
        select r.id::uuid, r.tenant, r.channel, r.type, r.entity, r.author, r.data::json, r.traceparent, ?
        from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          as r(unit, id, tenant, channel, type, entity, author, data, traceparent)
        where r.unit not in (select unit from lost)
        returning 1
      )
      select pg_current_xact_id()::text, array(select unit from lost)
      """;

  private static final String WITHOUT_CLAIMS =
      """
      with added as (
        insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent, created_at)
        select r.id::uuid, r.tenant, r.channel, r.type, r.entity, r.author, r.data::json, r.traceparent, ?
        from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          as r(id, tenant, channel, type, entity, author, data, traceparent)
        returning 1
      )
      select pg_current_xact_id()::text
      """;

  /**
   * What the database did.
   *
   * @param xid of the transaction, which is committed
   * @param lost indexes of the units whose key was claimed before; nothing of them was written
   */
  record Outcome(String xid, BitSet lost) {}

  private BatchStatement() {}

  /** Writes the units in one transaction. No two of them may claim the same key. */
  static Outcome execute(Connection connection, List<Pending> batch, Instant createdAt)
      throws SQLException {
    List<Integer> claiming = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i).unit.claim() != null) {
        claiming.add(i);
      }
    }
    return claiming.isEmpty()
        ? insert(connection, batch, createdAt)
        : claimAndInsert(connection, batch, claiming, createdAt);
  }

  private static Outcome insert(Connection connection, List<Pending> batch, Instant createdAt)
      throws SQLException {
    Rows rows = Rows.of(batch);
    try (PreparedStatement statement = connection.prepareStatement(WITHOUT_CLAIMS)) {
      statement.setObject(1, createdAt.atOffset(ZoneOffset.UTC));
      rows.bind(connection, statement, 2);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return new Outcome(result.getString(1), new BitSet());
      }
    }
  }

  private static Outcome claimAndInsert(
      Connection connection, List<Pending> batch, List<Integer> claiming, Instant createdAt)
      throws SQLException {
    int count = claiming.size();
    Integer[] units = new Integer[count];
    String[][] columns = new String[5][count];
    for (int i = 0; i < count; i++) {
      units[i] = claiming.get(i);
      WriteUnit unit = batch.get(units[i]).unit;
      Claim claim = unit.claim();
      if (claim != null) {
        columns[0][i] = claim.tenant();
        columns[1][i] = claim.author();
        columns[2][i] = claim.key();
        columns[3][i] = claim.bodyHash();
        columns[4][i] = idArray(unit);
      }
    }
    Rows rows = Rows.of(batch);
    try (PreparedStatement statement = connection.prepareStatement(WITH_CLAIMS)) {
      statement.setArray(1, connection.createArrayOf("int4", units));
      for (int i = 0; i < columns.length; i++) {
        statement.setArray(2 + i, connection.createArrayOf("text", columns[i]));
      }
      statement.setObject(7, createdAt.atOffset(ZoneOffset.UTC));
      statement.setArray(8, connection.createArrayOf("int4", rows.units));
      rows.bind(connection, statement, 9);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return new Outcome(result.getString(1), lost(result.getArray(2)));
      }
    }
  }

  private static BitSet lost(Array array) throws SQLException {
    BitSet lost = new BitSet();
    for (Integer unit : (Integer[]) array.getArray()) {
      lost.set(unit);
    }
    return lost;
  }

  private static String idArray(WriteUnit unit) {
    StringBuilder ids = new StringBuilder(2 + 37 * unit.rows().size()).append('{');
    for (EventRow row : unit.rows()) {
      if (ids.length() > 1) {
        ids.append(',');
      }
      ids.append(row.id());
    }
    return ids.append('}').toString();
  }

  /** The rows of a batch, column by column. */
  private static final class Rows {
    final Integer[] units;
    private final String[][] columns;

    private Rows(int count) {
      units = new Integer[count];
      columns = new String[8][count];
    }

    static Rows of(List<Pending> batch) {
      int count = 0;
      for (Pending pending : batch) {
        count += pending.unit.rows().size();
      }
      Rows rows = new Rows(count);
      int at = 0;
      for (int unit = 0; unit < batch.size(); unit++) {
        for (EventRow row : batch.get(unit).unit.rows()) {
          rows.set(at++, unit, row);
        }
      }
      return rows;
    }

    // entity may be null, and a null array element is SQL's null; the array type cannot say so.
    @SuppressWarnings("NullAway")
    private void set(int at, int unit, EventRow row) {
      units[at] = unit;
      columns[0][at] = row.id();
      columns[1][at] = row.channel().tenant();
      columns[2][at] = row.channel().name();
      columns[3][at] = row.type();
      columns[4][at] = row.entity();
      columns[5][at] = row.author();
      columns[6][at] = row.data();
      columns[7][at] = row.traceparent();
    }

    void bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
      for (int i = 0; i < columns.length; i++) {
        statement.setArray(first + i, connection.createArrayOf("text", columns[i]));
      }
    }
  }
}
