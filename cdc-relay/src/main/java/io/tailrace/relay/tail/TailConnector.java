package io.tailrace.relay.tail;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's connector with {@link TailTask} as its task. Made by the engine, by name. */
public final class TailConnector extends PostgresConnector {
  /** For the engine. */
  public TailConnector() {}

  @Override
  public Class<? extends Task> taskClass() {
    return TailTask.class;
  }
}
