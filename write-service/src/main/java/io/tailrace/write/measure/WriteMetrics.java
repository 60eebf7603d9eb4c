package io.tailrace.write.measure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tailrace.schemas.trace.Spans;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The meters of write-service. Thread-safe. */
public final class WriteMetrics {
  private static final int CODES_MAX = 64;

  private final MeterRegistry registry;
  private final Spans spans;
  private final Map<String, Counter> requests = new ConcurrentHashMap<>();
  private final DistributionSummary batchRows;
  private final Timer commit;
  private final Timer ack;
  private final Counter committed;
  private final Counter replayed;
  private final Counter retried;
  private final Counter late;
  private final Counter searches;
  private final Counter partitionsDropped;
  private final Counter keysCleaned;
  private final Counter broadcast;
  private final Counter membersRefreshed;
  private final Counter limitedUsers;
  private final Counter limitedTenants;

  /** Registers the meters; no spans are made. */
  public WriteMetrics(MeterRegistry registry) {
    this(registry, Spans.off());
  }

  /** Registers the meters. */
  public WriteMetrics(MeterRegistry registry, Spans spans) {
    this.registry = registry;
    this.spans = spans;
    batchRows =
        DistributionSummary.builder("tailrace.write.batch.rows")
            .description("rows that shared one commit")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256)
            .register(registry);
    commit =
        Timer.builder("tailrace.write.commit")
            .description("one statement with its commit")
            .publishPercentileHistogram()
            .register(registry);
    ack =
        Timer.builder("tailrace.write.ack")
            .description("from the commit until the seq was known")
            .publishPercentileHistogram()
            .register(registry);
    committed = counter("tailrace.write.committed.events", "events committed");
    replayed = counter("tailrace.write.replayed.requests", "writes whose key had been used before");
    retried = counter("tailrace.write.retried.units", "units tried again by themselves");
    late = counter("tailrace.write.late.requests", "answered 202 because no seq came in time");
    searches = counter("tailrace.write.searches", "older writes looked up in the log");
    partitionsDropped = counter("tailrace.write.dropped.partitions", "days that left retention");
    keysCleaned = counter("tailrace.write.cleaned.keys", "idempotency keys that left retention");
    broadcast = counter("tailrace.write.broadcast.events", "events written by broadcasts");
    membersRefreshed =
        counter("tailrace.write.refreshed.members", "events of members written again in time");
    limitedUsers = limitedBy("user");
    limitedTenants = limitedBy("tenant");
  }

  /** One request was answered; {@code code} is {@code ok} or a problem code. */
  public void answered(String code) {
    Counter counter = requests.get(code);
    if (counter == null && requests.size() < CODES_MAX) {
      counter =
          requests.computeIfAbsent(
              code,
              c ->
                  Counter.builder("tailrace.write.requests")
                      .description("requests by their result")
                      .tag("result", c)
                      .register(registry));
    }
    if (counter != null) {
      counter.increment();
    }
  }

  /** One statement was committed. */
  public void batch(int rows, long nanos) {
    batchRows.record(rows);
    commit.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Events were committed. */
  public void committed(int events) {
    committed.increment(events);
  }

  /** Where it is told that a write was committed. */
  public Spans spans() {
    return spans;
  }

  /** A key had been used before. */
  public void replayed() {
    replayed.increment();
  }

  /** A unit is tried again by itself. */
  public void retried() {
    retried.increment();
  }

  /** A write learnt its seq. */
  public void acked(long nanos) {
    ack.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A write was answered without its seq. */
  public void late() {
    late.increment();
  }

  /** The log was searched for an older write. */
  public void searched() {
    searches.increment();
  }

  /** A limit of a contract refused a request: the user's, or the tenant's. */
  public void limited(String whose) {
    (whose.equals("user") ? limitedUsers : limitedTenants).increment();
  }

  /** A broadcast reached channels. */
  public void broadcast(int channels) {
    broadcast.increment(channels);
  }

  /** Events of members were written again. */
  public void refreshed(int members) {
    membersRefreshed.increment(members);
  }

  /** Retention did its work. */
  public void retained(int partitions, int keys) {
    partitionsDropped.increment(partitions);
    keysCleaned.increment(keys);
  }

  /** Registers a number that is read when somebody looks. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).strongReference(true).register(registry);
  }

  private Counter limitedBy(String whose) {
    return Counter.builder("tailrace.write.limited.requests")
        .description("requests refused by a limit of a contract, by whose limit it was")
        .tag("limit", whose)
        .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }
}
