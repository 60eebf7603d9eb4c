package io.tailrace.standalone.doctor;

import io.tailrace.relay.slot.Incarnations;
import io.tailrace.relay.slot.SlotException;
import io.tailrace.relay.slot.SlotName;
import io.tailrace.relay.slot.SlotState;
import io.tailrace.relay.slot.Source;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's settings, the slot and who reads it, and the outbox's partitions. */
final class DatabaseCheck {
  private static final long LAG_BYTES_MAX = 1L << 30;
  private static final int DAYS_AHEAD = 2;

  /** How a relay's session names itself, the one that leads and those that stand by. */
  private static final String RELAYS = "tailrace-relay-lead";

  private final Report report;
  private final Connection connection;

  DatabaseCheck(Report report, Connection connection) {
    this.report = report;
    this.connection = connection;
  }

  /** Looks at all of it; the incarnation in force is the answer, 0 where there is none. */
  int run() throws SQLException {
    settings();
    partitions();
    return slot();
  }

  private void settings() throws SQLException {
    report.looked("postgresql");
    require(
        "wal_level",
        "logical",
        "no slot can be read: nothing that is committed arrives; it needs a restart");
    require(
        "track_commit_timestamp",
        "on",
        "commit times are not known, and a rebuild cannot order rows by them");
    if (setting("synchronous_commit").equals("off")) {
      report.warning(
          "postgresql",
          "synchronous_commit is off",
          "events arrive later, and a crash of PostgreSQL may take the last commits with it",
          Runbook.RUNNING);
    }
  }

  private void require(String name, String wanted, String means) throws SQLException {
    String found = setting(name);
    if (!found.equals(wanted)) {
      report.error(
          "postgresql", name + " is " + found + ", must be " + wanted, means, Runbook.RUNNING);
    }
  }

  private int slot() throws SQLException {
    report.looked("slot");
    SlotName slot;
    try {
      slot = new Incarnations(connection).inForce();
    } catch (SlotException e) {
      report.error("slot", String.valueOf(e.getMessage()), "no relay runs", Runbook.REBUILD);
      return 0;
    }
    SlotState state = new Source(connection).state(slot);
    if (state == null) {
      report.error(
          "slot",
          "there is no replication slot " + slot.name(),
          "rows committed since it was there are not sent, and relays refuse to start",
          Runbook.SLOT);
    } else if (state.lost()) {
      report.error(
          "slot",
          "the slot " + slot.name() + " is lost" + because(state.invalid()),
          "PostgreSQL removed WAL that was not read: rebuild",
          Runbook.SLOT);
    } else {
      usable(slot, state);
    }
    old(slot);
    return slot.incarnation();
  }

  private void usable(SlotName slot, SlotState state) throws SQLException {
    if (state.walStatus().equals("unreserved")) {
      report.error(
          "slot",
          "the slot " + slot.name() + " is unreserved",
          "PostgreSQL is about to give it up: raise max_slot_wal_keep_size at once",
          Runbook.SLOT);
    }
    if (state.holder() == null) {
      report.error(
          "slot",
          "nobody reads the slot " + slot.name() + "; " + bytes(state.lagBytes()) + " behind",
          "nothing that is committed arrives, and PostgreSQL keeps WAL until a relay runs",
          Runbook.SLOT);
    } else {
      standby();
    }
    Long safe = state.safeBytes();
    if (state.lagBytes() > LAG_BYTES_MAX || safe != null && safe < state.lagBytes()) {
      report.error(
          "slot",
          "the slot "
              + slot.name()
              + " is "
              + bytes(state.lagBytes())
              + " behind"
              + (safe == null ? "" : " and is lost after another " + bytes(safe)),
          "events arrive late, and PostgreSQL's disk fills",
          Runbook.SLOT);
    }
  }

  private void standby() throws SQLException {
    long relays =
        number("select count(*) from pg_stat_activity where application_name = ?", RELAYS);
    if (relays == 1) {
      report.note(
          "slot",
          "one relay runs, and none stands by",
          "until it is started again, nothing arrives if it ends",
          Runbook.RUNNING);
    }
  }

  private void old(SlotName slot) throws SQLException {
    long others =
        number(
            "select count(*) from pg_replication_slots where slot_name ~ '^tailrace_[0-9]{1,9}$'"
                + " and database = current_database() and slot_name <> ?",
            slot.name());
    if (others > 0) {
      report.warning(
          "slot",
          others + " older slots beside " + slot.name(),
          "nobody reads them and they keep WAL: a rebuild that ends drops them",
          Runbook.REBUILD);
    }
  }

  private void partitions() throws SQLException {
    report.looked("partitions");
    for (int day = 0; day <= DAYS_AHEAD; day++) {
      String name =
          text(
              "select 'outbox_' || to_char((now() at time zone 'UTC')::date + ?::int, 'YYYYMMDD')",
              Integer.toString(day));
      if (number("select count(*) from pg_class where oid = to_regclass('tailrace.' || ?)", name)
          == 0) {
        report.warning(
            "partitions",
            "the outbox has no partition " + name,
            "its rows go to outbox_default, where they are found more slowly and fall off one by"
                + " one: does a write-service run, and with the rights it needs?",
            Runbook.POSTGRESQL);
        return;
      }
    }
  }

  private String setting(String name) throws SQLException {
    return text("select coalesce(current_setting(?, true), '')", name);
  }

  private String text(String sql, String argument) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, argument);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? String.valueOf(row.getString(1)) : "";
      }
    }
  }

  private long number(String sql, String argument) throws SQLException {
    return Long.parseLong(text(sql, argument));
  }

  /** Bytes as people read them. */
  static String bytes(long bytes) {
    return bytes < 1 << 20 ? (bytes >> 10) + " KiB of WAL" : (bytes >> 20) + " MiB of WAL";
  }

  private static String because(@Nullable String invalid) {
    return invalid == null ? "" : " (" + invalid + ")";
  }
}
