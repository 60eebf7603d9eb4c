package io.tailrace.embed;

import java.nio.file.Path;

/** A process to be killed: starts both servers on a folder, says so, and waits for its end. */
final class ServersMain {
  private ServersMain() {}

  static void main(String[] arguments) throws InterruptedException {
    Path folder = Path.of(arguments[0]);
    PostgresServer postgres = PostgresServer.start(folder.resolve("postgres"), 0);
    KafkaBroker kafka = KafkaBroker.start(folder.resolve("kafka"), 0);
    System.out.println("UP " + postgres.port() + " " + kafka.port());
    System.out.flush();
    Thread.currentThread().join();
  }
}
