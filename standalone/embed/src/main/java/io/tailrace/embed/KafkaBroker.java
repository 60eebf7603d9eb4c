package io.tailrace.embed;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker, its own KRaft controller, inside this JVM, on the loopback interface, with its
 * log in a folder that is kept. For one machine: nothing is replicated, and like every Kafka it
 * leaves flushing to the system, so a power cut may cost the last second of the log. (The relay
 * notices at its start, because PostgreSQL does flush.)
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaBroker.class);
  private static final String META_FILE = "meta.properties";

  private final Path folder;
  private final boolean temporary;
  private final FolderLock lock;
  private final int port;
  private final KafkaRaftServer server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private KafkaBroker(Path folder, boolean temporary, int wantedPort) {
    this.folder = folder;
    this.temporary = temporary;
    this.port = FreePort.of(wantedPort);
    this.lock = FolderLock.take(folder);
    try {
      formatOnce();
      KafkaBrokerSettings settings =
          new KafkaBrokerSettings(logFolder().toString(), port, FreePort.of(0));
      this.server = new KafkaRaftServer(config(settings.toProperties()), Time.SYSTEM);
      this.server.startup();
    } catch (RuntimeException e) {
      lock.close();
      throw new EmbedException("Kafka did not start on " + folder + ": " + e, e);
    }
    log.atInfo().addKeyValue("port", port).log("kafka started");
  }

  /**
   * Starts on a folder, which is created if it is missing; returns when requests are served.
   *
   * @param port 0 takes a free one
   * @throws EmbedException when it cannot start
   */
  public static KafkaBroker start(Path folder, int port) {
    return new KafkaBroker(folder.toAbsolutePath().normalize(), false, port);
  }

  /** For tests: in a temporary folder that {@link #close()}, or the end of the JVM, deletes. */
  public static KafkaBroker temporary() {
    try {
      Path folder = Files.createTempDirectory("tailrace-kafka-");
      KafkaBroker broker = new KafkaBroker(folder, true, 0);
      Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "kafka-stop"));
      return broker;
    } catch (IOException e) {
      throw new EmbedException("No temporary folder could be made: " + e, e);
    }
  }

  /** What clients call {@code bootstrap.servers}. */
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  /** The port that clients use. */
  public int port() {
    return port;
  }

  /** Hands over and stops; does nothing when repeated. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      server.shutdown();
      server.awaitShutdown();
    } finally {
      lock.close();
      if (temporary) {
        TreeDeletion.delete(folder);
      }
    }
  }

  private Path logFolder() {
    return folder.resolve("log");
  }

  // KafkaConfig is Scala, whose companion object's methods are seen as static ones.
  private static KafkaConfig config(Properties properties) {
    return KafkaConfig.fromProps(properties);
  }

  /**
   * Gives the log its cluster id, once. Renamed when complete, so that a kill in between leaves no
   * half log.
   */
  private void formatOnce() {
    if (Files.exists(logFolder().resolve(META_FILE))) {
      return;
    }
    Path fresh = folder.resolve("log.new");
    TreeDeletion.delete(fresh);
    TreeDeletion.delete(logFolder());
    try {
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(KafkaBrokerSettings.NODE_ID)
          .setControllerListenerName(KafkaBrokerSettings.CONTROLLER_LISTENER)
          .setDirectories(List.of(fresh.toString()))
          .setMetadataLogDirectory(fresh.toString())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setUnstableFeatureVersionsEnabled(false)
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .run();
      Files.move(fresh, logFolder(), StandardCopyOption.ATOMIC_MOVE);
    } catch (Exception e) { // the signature of Formatter.run
      throw new EmbedException("Kafka's log could not be made in " + folder + ": " + e, e);
    }
  }
}
