package io.tailrace.write.it;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.write.broadcast.BroadcastRunner;
import io.tailrace.write.broadcast.Carrier;
import io.tailrace.write.commit.WritePool;
import io.tailrace.write.limit.PublishLimits;
import io.tailrace.write.measure.WriteMetrics;
import java.io.IOException;
import java.nio.file.Path;

/** Carries out broadcasts in a process of its own, until it is killed or its input ends. */
final class BroadcastMain {
  private BroadcastMain() {}

  /** With the database's address, user and password, and a folder of contracts. */
  public static void main(String[] arguments) throws IOException {
    WriteMetrics metrics = new WriteMetrics(new SimpleMeterRegistry());
    try (HikariDataSource pool =
            WritePool.open(
                "broadcast", 1, arguments[0], arguments[1], arguments[2], "tailrace_service");
        BroadcastRunner _ =
            new BroadcastRunner(
                new Carrier(
                    pool,
                    new PublishLimits(
                        Contracts.load(Path.of(arguments[3])), System::nanoTime, 10, metrics)),
                System::nanoTime,
                metrics)) {
      System.in.read();
    }
  }
}
