package io.tailrace.load.fault;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.embed.PostgresServer;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.topic.TopicAdmin;
import io.tailrace.schemas.topic.TopicPlan;
import io.tailrace.standalone.launch.Installation;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;

/**
 * Every service as a process of its own, all but write-service twice; PostgreSQL and Kafka run in
 * this process and are not killed. The victims take turns, so that each is killed as often as the
 * others.
 */
public final class ManyProcesses implements Victims {
  /** Partitions of the log. */
  public static final int PARTITIONS = 4;

  private static final String TENANT = "demo";
  private static final String HEAP = "256m";
  private static final String READY = "/health/ready";

  private final Path folder;
  private final Optional<Duration> session;
  private final Installation installation;
  private final PostgresServer postgres;
  private final KafkaBroker kafka;
  private final List<Child> children = new ArrayList<>();
  private int turn;

  /** Starts everything and waits until it is ready. */
  public static ManyProcesses start(Path folder) throws IOException, InterruptedException {
    return start(folder, Optional.empty());
  }

  /**
   * Starts everything and waits until it is ready.
   *
   * @param session of sequencers and catch-up services; theirs by default
   */
  public static ManyProcesses start(Path folder, Optional<Duration> session)
      throws IOException, InterruptedException {
    var installation = Installation.open(folder);
    var postgres = PostgresServer.start(folder.resolve("postgres"), 0);
    try {
      var system =
          new ManyProcesses(
              folder,
              session,
              installation,
              postgres,
              KafkaBroker.start(folder.resolve("kafka"), 0));
      system.begin();
      return system;
    } catch (IOException | InterruptedException | RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  private ManyProcesses(
      Path folder,
      Optional<Duration> session,
      Installation installation,
      PostgresServer postgres,
      KafkaBroker kafka) {
    this.folder = folder;
    this.session = session;
    this.installation = installation;
    this.postgres = postgres;
    this.kafka = kafka;
  }

  private void begin() throws IOException, InterruptedException {
    try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
      TopicAdmin.ensure(
          admin, new TopicPlan(PARTITIONS, (short) 1, Contracts.shipped().longestRetention()));
    }
    var keys = "--keys.file=" + installation.keysFile();
    var serviceKey = "--service.key=" + installation.serviceKey();
    child("write", READY, database(), List.of(keys));
    child("relay", "relay-1", READY, database(), List.of("--slot.create=true"));
    child("relay", "relay-2", READY, database(), List.of("--slot.create=true"));
    sequencer("sequencer-1");
    sequencer("sequencer-2");
    var first = catchup("catchup-1", List.of(keys, serviceKey));
    var second = catchup("catchup-2", List.of(keys, serviceKey));
    gateway("gateway-1", keys, List.of(serviceKey, "--catchup.url=" + first));
    gateway("gateway-2", keys, List.of(serviceKey, "--catchup.url=" + second));
    for (var child : children) {
      child.start();
    }
    for (var child : children) {
      child.awaitReady();
    }
    allowPublishing();
  }

  /** {@code tailrace.publish} asks which tenant a database role publishes for. */
  private void allowPublishing() {
    try (var connection = target().connect();
        var grant =
            connection.prepareStatement(
                "insert into tailrace.tenant_role (role, tenant) values (current_user, ?) on"
                    + " conflict do nothing")) {
      grant.setString(1, TENANT);
      grant.execute();
    } catch (SQLException e) {
      throw new IllegalStateException("no role may publish: " + e.getMessage(), e);
    }
  }

  /** They share the partitions, and each keeps a copy of the other's state. */
  private void sequencer(String name) throws IOException {
    var arguments = new ArrayList<>(streams(name));
    arguments.add("--sequencer.instance=" + name);
    arguments.add("--sequencer.standbys=1");
    session.ifPresent(value -> arguments.add("--sequencer.session.ms=" + value.toMillis()));
    child("sequencer", name, READY, arguments, List.of());
  }

  private void gateway(String name, String keys, List<String> catchup) throws IOException {
    child("gateway", name, READY, List.of(keys), catchup);
  }

  /** They share the partitions, and each keeps a copy of the other's. */
  private URI catchup(String name, List<String> keys) throws IOException {
    int port = freePort();
    var arguments = new ArrayList<>(streams(name));
    arguments.add("--catchup.instance=" + name);
    session.ifPresent(value -> arguments.add("--catchup.session.ms=" + value.toMillis()));
    arguments.add("--catchup.advertised=127.0.0.1:" + port);
    arguments.add("--catchup.standbys=1");
    return child(new Service("catchup", name, port), READY, arguments, keys);
  }

  private List<String> database() {
    return List.of(
        "--database.url=" + postgres.jdbcUrl(),
        "--database.user=" + postgres.user(),
        "--database.password=" + postgres.password());
  }

  private List<String> streams(String name) {
    return List.of(
        "--kafka.partitions=" + PARTITIONS,
        "--kafka.replication=1",
        "--state.dir=" + folder.resolve(name));
  }

  /**
   * @param name of this process among those of the service
   */
  private record Service(String command, String name, int port) {}

  private URI child(String service, String health, List<String> one, List<String> two)
      throws IOException {
    return child(service, service, health, one, two);
  }

  private URI child(String service, String name, String health, List<String> one, List<String> two)
      throws IOException {
    return child(new Service(service, name, freePort()), health, one, two);
  }

  private URI child(Service service, String health, List<String> one, List<String> two) {
    List<String> arguments = new ArrayList<>(List.of("service", service.command()));
    arguments.add("--http.port=" + service.port());
    arguments.add("--kafka.bootstrap=" + kafka.bootstrap());
    arguments.addAll(one);
    arguments.addAll(two);
    var base = URI.create("http://127.0.0.1:" + service.port());
    children.add(
        new Child(
            service.name(),
            base.resolve(health),
            folder.resolve(service.name() + ".log"),
            HEAP,
            arguments));
    return base;
  }

  /** The names of its processes, in the order in which they are killed. */
  public List<String> names() {
    return children.stream().map(Child::name).toList();
  }

  /**
   * The names of its processes in the order in which docs/runbooks/upgrading.md replaces them: of
   * two relays the one that stands by comes first, so that only one takes over from another.
   */
  public List<String> upgradeOrder() throws InterruptedException {
    var relays = relays();
    var names = new ArrayList<>(names());
    names.removeAll(relays);
    names.addAll(names.indexOf("gateway-1"), relays);
    return names;
  }

  /** The relay that stands by, then the one that leads. */
  public List<String> relays() throws InterruptedException {
    var relays = new ArrayList<>(List.of("relay-1", "relay-2"));
    if (leads("relay-1")) {
      Collections.reverse(relays);
    }
    return relays;
  }

  /** Whether that relay reads the stream now. */
  public boolean leads(String relay) throws InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(baseOf(relay).resolve("/metrics")).build();
      return client
          .send(request, BodyHandlers.ofLines())
          .body()
          .anyMatch(line -> line.startsWith("tailrace_relay_leading 1"));
    } catch (IOException e) {
      throw new IllegalStateException(relay + " does not answer", e);
    }
  }

  @Override
  public Target target() {
    return new Target(
        baseOf("write"),
        List.of(baseOf("gateway-1"), baseOf("gateway-2")),
        List.of(baseOf("catchup-1"), baseOf("catchup-2")),
        TENANT,
        user -> token(user, Set.of("publisher", "admin")),
        user -> token(user, Set.of()),
        () -> postgres.jdbcUrl() + "?user=" + postgres.user() + "&password=" + postgres.password());
  }

  private String token(String user, Set<String> roles) {
    return installation.token(TENANT, user, roles, null, Duration.ofDays(2));
  }

  /** Where a process listens. */
  public URI baseOf(String name) {
    return one(name).health().resolve("/");
  }

  private Child one(String name) {
    return children.stream().filter(child -> child.name().equals(name)).findFirst().orElseThrow();
  }

  /** Kafka's address; consumer groups name their members as the processes are named here. */
  public String bootstrap() {
    return kafka.bootstrap();
  }

  /** What the services show each other. */
  public String serviceKey() {
    return installation.serviceKey();
  }

  /** Ends a process with SIGKILL, and leaves it so. */
  public void kill(String name) throws InterruptedException {
    one(name).kill();
  }

  /** Ends a process with SIGTERM, and leaves it so; returns its exit code. */
  public int stop(String name) throws InterruptedException {
    return one(name).stop();
  }

  /** Starts a process that has ended; returns at once. */
  public void startAgain(String name) {
    one(name).start();
  }

  /** Waits until a process says that it is ready. */
  public void awaitReady(String name) throws InterruptedException {
    one(name).awaitReady();
  }

  @Override
  public String killOne(RandomGenerator random) throws InterruptedException {
    var victim = children.get(turn++ % children.size());
    victim.kill();
    victim.start();
    victim.awaitReady();
    return victim.name();
  }

  @Override
  public void close() {
    children.forEach(Child::close);
    kafka.close();
    postgres.close();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
