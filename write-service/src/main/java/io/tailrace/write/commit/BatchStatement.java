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
import java.util.Map;

/**
 * The one statement that writes a batch. Sent with autocommit, it is one transaction in one round
 * trip: what the contracts ask about channels and authors is answered, keys are claimed, and the
 * rows of all units that may be written and lost no key are inserted, in order.
 */
final class BatchStatement {
  /** The numbers of units that may not be written, or not now. */
  private static final String CHECK =
      """
      checked as materialized (
        select * from tailrace.check_publish(
          ?::text[], ?::text[], ?::text[], ?::int[], ?::text[], ?::boolean[], ?::boolean[])
      ), asked as (
        select * from unnest(?::int[], ?::int[]) as a(unit, entry)
      ), stopped as (
        select a.unit from asked a join checked k using (entry) where k.verdict <> 'new'
      ),
      """;

  /** Claims in the order of their keys, so that two transactions never wait for each other. */
  private static final String CLAIM =
      """
      c as (
        select * from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          as c(unit, tenant, author, key, body_hash, ids)
        {kept}
      ), won as (
        insert into tailrace.written (tenant, author, key, body_hash, ids)
        select tenant, author, key, decode(body_hash, 'hex'), ids::uuid[] from c
        order by tenant, author, key
        on conflict do nothing
        returning tenant, author, key
      ), lost as (
        select c.unit from c
        where not exists (select from won w where w.tenant = c.tenant and w.author = c.author and w.key = c.key)
      ),
      """;

  private static final String REGISTER =
      """
      registered as (
        insert into tailrace.channel (tenant, channel, "user")
        select distinct on (k.tenant, k.channel) k.tenant, k.channel, k."user"
        from checked k join asked a using (entry)
        where k.verdict = 'new' and {kept}
      ),
      """;

  private static final String ADD =
      """
      added as (
        insert into tailrace.outbox (id, tenant, channel, type, entity, author, data, traceparent, created_at)
        select r.id::uuid, r.tenant, r.channel, r.type, r.entity, r.author, r.data::json, r.traceparent, ?
        from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          as r(unit, id, tenant, channel, type, entity, author, data, traceparent)
        where {kept}
        returning 1
      )
      select pg_current_xact_id()::text, {lost}, {verdicts}
      """;

  private static final String PLAIN = sql(false, false);
  private static final String CLAIMED = sql(true, false);
  private static final String CHECKED = sql(false, true);
  private static final String CLAIMED_AND_CHECKED = sql(true, true);

  private BatchStatement() {}

  private static String sql(boolean claims, boolean checks) {
    String mayBeWritten =
        (checks ? "unit not in (select unit from stopped)" : "true")
            + (claims ? " and unit not in (select unit from lost)" : "");
    String notStopped = checks ? "where unit not in (select unit from stopped)" : "";
    String verdicts =
        checks
            ? "array(select entry from checked order by entry, verdict),"
                + " array(select verdict from checked order by entry, verdict)"
            : "null::int[], null::text[]";
    return "with "
        + (checks ? CHECK : "")
        + (claims ? CLAIM.replace("{kept}", notStopped) : "")
        + (checks ? REGISTER.replace("{kept}", mayBeWritten) : "")
        + ADD.replace("{kept}", mayBeWritten)
            .replace("{lost}", claims ? "array(select unit from lost)" : "null::int[]")
            .replace("{verdicts}", verdicts);
  }

  /**
   * Writes the units in one transaction. No two of them may claim the same key.
   *
   * @param known channels that need not be registered; what was registered is added
   */
  static Outcome execute(
      Connection connection, List<Pending> batch, Instant createdAt, KnownChannels known)
      throws SQLException {
    List<Integer> claiming = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i).unit.claim() != null) {
        claiming.add(i);
      }
    }
    Checks checks = Checks.of(batch, known);
    try (PreparedStatement statement =
        connection.prepareStatement(text(!claiming.isEmpty(), !checks.isEmpty()))) {
      int next = 1;
      if (!checks.isEmpty()) {
        next = checks.bind(connection, statement, next);
      }
      if (!claiming.isEmpty()) {
        next = bindClaims(connection, statement, batch, claiming, next);
      }
      statement.setObject(next, createdAt.atOffset(ZoneOffset.UTC));
      Rows.of(batch).bind(connection, statement, next + 1);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        Outcome outcome = outcome(result, checks);
        checks.learn(batch, outcome);
        return outcome;
      }
    }
  }

  private static String text(boolean claims, boolean checks) {
    if (checks) {
      return claims ? CLAIMED_AND_CHECKED : CHECKED;
    }
    return claims ? CLAIMED : PLAIN;
  }

  private static Outcome outcome(ResultSet result, Checks checks) throws SQLException {
    Array lost = result.getArray(2);
    Array entries = result.getArray(3);
    return new Outcome(
        result.getString(1),
        lost == null ? new BitSet() : lost(lost),
        entries == null
            ? Map.of()
            : checks.verdicts(
                (Integer[]) entries.getArray(), (String[]) result.getArray(4).getArray()));
  }

  private static int bindClaims(
      Connection connection,
      PreparedStatement statement,
      List<Pending> batch,
      List<Integer> claiming,
      int first)
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
    statement.setArray(first, connection.createArrayOf("int4", units));
    for (int i = 0; i < columns.length; i++) {
      statement.setArray(first + 1 + i, connection.createArrayOf("text", columns[i]));
    }
    return first + 1 + columns.length;
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
    private final Integer[] units;
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
      statement.setArray(first, connection.createArrayOf("int4", units));
      for (int i = 0; i < columns.length; i++) {
        statement.setArray(first + 1 + i, connection.createArrayOf("text", columns[i]));
      }
    }
  }
}
