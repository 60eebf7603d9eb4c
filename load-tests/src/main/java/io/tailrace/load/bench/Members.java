package io.tailrace.load.bench;

import io.tailrace.standalone.cli.CommandException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;

/** Who holds how many partitions, as Kafka's group coordinator says. */
final class Members implements AutoCloseable {
  private static final long ANSWER_SECONDS = 10;

  private final Admin admin;

  Members(String bootstrap) {
    this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  /**
   * Partitions that a process holds in a group; Streams adds the thread's number to the name of a
   * process.
   */
  int partitionsOf(String group, String process) throws InterruptedException {
    try {
      return admin
          .describeConsumerGroups(List.of(group))
          .all()
          .get(ANSWER_SECONDS, TimeUnit.SECONDS)
          .values()
          .stream()
          .map(ConsumerGroupDescription::members)
          .flatMap(Collection::stream)
          .filter(member -> member.groupInstanceId().orElse("").startsWith(process + "-"))
          .mapToInt(member -> member.assignment().topicPartitions().size())
          .sum();
    } catch (ExecutionException | TimeoutException e) {
      throw new CommandException("Kafka does not tell its groups: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
