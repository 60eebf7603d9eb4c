package io.tailrace.standalone.doctor;

/** The pages that say what to do. */
public enum Runbook {
  /** Topics, the slot or the database's end are lost. */
  REBUILD("docs/rebuild.md"),
  /** The slot lags, or is lost. */
  SLOT("docs/runbooks/slot.md"),
  /** Rows that are no events. */
  DEAD_LETTERS("docs/runbooks/dead-letters.md"),
  /** A broker is away. */
  KAFKA("docs/runbooks/kafka.md"),
  /** PostgreSQL failed over, was restored, or lacks a partition. */
  POSTGRESQL("docs/runbooks/postgresql.md"),
  /** History answers 503. */
  HISTORY("docs/runbooks/history.md"),
  /** Another number of partitions, other settings. */
  UPGRADING("docs/runbooks/upgrading.md"),
  /** One partition is behind the others. */
  HOT_CHANNEL("docs/runbooks/hot-channel.md"),
  /** What PostgreSQL and Kafka need. */
  RUNNING("docs/running.md"),
  /** All of them, by what is seen. */
  ALL("docs/runbooks/README.md");

  private final String page;

  Runbook(String page) {
    this.page = page;
  }

  /** The page's path in the repository. */
  public String page() {
    return page;
  }
}
