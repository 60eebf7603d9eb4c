package io.tailrace.load.compose;

import io.tailrace.load.target.RunningSystem;
import io.tailrace.load.target.Target;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * The stack of {@code compose/compose.yaml}, as a project of its own on ports that the system
 * chose. Whoever made it takes it down, with its data. One thread at a time.
 */
final class Stack implements AutoCloseable {
  private static final String JRE_IMAGE = "eclipse-temurin:25-jre";
  private static final Path HOUSE = Path.of("..").toAbsolutePath().normalize();
  private static final Path FILE = HOUSE.resolve("compose/compose.yaml");

  /** One of each image; the others of a service take the same. */
  private static final List<String> BUILT =
      List.of("write", "relay-1", "sequencer-1", "catchup-1", "gateway-1");

  /** Users of containers read them, whatever the umask of whoever cloned this. */
  private static final Set<PosixFilePermission> FOR_EVERYBODY_TO_READ =
      PosixFilePermissions.fromString("rw-r--r--");

  /** A dozen JVMs start at once. */
  private static final Duration HEALTHY_WITHIN = Duration.ofMinutes(10);

  private static final long LOOK_EVERY_NANOS = 500_000_000;

  private final Docker docker;
  private final Path data;
  private final Map<String, String> environment = new HashMap<>();

  private Stack(Docker docker, Path data) {
    this.docker = docker;
    this.data = data;
    String project = "tailrace-it-%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
    environment.put("COMPOSE_PROJECT_NAME", project);
    environment.put("TAILRACE_VERSION", "compose-it");
    environment.put("COMPOSE_PROFILES", ""); // whatever stands in somebody's compose/.env
    environment.put("COMPOSE_HTTP_TIMEOUT", "600"); // docker-compose gives a busy engine a minute
    environment.put("LISTEN", "127.0.0.1");
    environment.put("PORT", "0");
    environment.put("SECOND_PORT", "0");
    environment.put("POSTGRES_PORT", "0");
    environment.put("POSTGRES_PASSWORD", "compose-it");
    environment.put("PARTITIONS", "8");
    environment.put("KEYS_FILE", HOUSE.resolve("compose/development/keys.json").toString());
    if (isBuilt()) {
      environment.put("BUILD_IMAGE", JRE_IMAGE);
    }
  }

  /** What it is made of and what its own images are made from. */
  static List<String> images() {
    var images =
        new ArrayList<>(List.of("postgres:18", "apache/kafka:4.3.1", "nginx:1.22", JRE_IMAGE));
    if (!isBuilt()) {
      images.add("maven:3.9-eclipse-temurin-25");
    }
    return images;
  }

  /** Whether Maven has laid out, with this very build, what the images hold. */
  private static boolean isBuilt() {
    try {
      for (var module : List.of("schemas", "sequencer-streams")) {
        var jar = "tailrace-%s-0.1.0-SNAPSHOT.jar".formatted(module);
        var copy = HOUSE.resolve("catchup-service/target/image").resolve(jar);
        if (Files.mismatch(copy, HOUSE.resolve(module).resolve("target").resolve(jar)) != -1) {
          return false;
        }
      }
      return true;
    } catch (IOException _) {
      return false; // one of them is not there
    }
  }

  /**
   * Brings it up and waits until all of it is healthy.
   *
   * @param data a folder for what signs the tokens
   */
  static Stack up(Docker docker, Path data) throws Exception {
    var stack = new Stack(docker, data);
    try {
      for (var mounted : List.of("development/keys.json", "nginx.conf", "mirror.properties")) {
        Files.setPosixFilePermissions(
            HOUSE.resolve("compose").resolve(mounted), FOR_EVERYBODY_TO_READ);
      }
      Files.copy(HOUSE.resolve("compose/development/keys.json"), data.resolve("keys.json"));
      var build = new ArrayList<>(List.of("build"));
      build.addAll(BUILT);
      stack.compose(build.toArray(String[]::new));
      stack.compose("up", "-d", "--no-build");
      stack.awaitHealthy();
      stack.allowPublishing();
      return stack;
    } catch (Exception | AssertionError e) {
      stack.close();
      throw e;
    }
  }

  /** A compose command on it. */
  String compose(String... arguments) throws InterruptedException {
    return docker.compose(FILE, environment, List.of(arguments));
  }

  /** Returns once every container is healthy, of those that say so, and runs, of the others. */
  void awaitHealthy() throws InterruptedException {
    try {
      Await.until("a healthy stack", HEALTHY_WITHIN, () -> unwell().isEmpty());
    } catch (AssertionError e) {
      throw new AssertionError(
          "not healthy: %s%n%s".formatted(unwell(), compose("logs", "--tail=40")), e);
    }
  }

  private List<String> unwell() throws InterruptedException {
    // Each look is a process, on a machine that has enough to do.
    LockSupport.parkNanos(LOOK_EVERY_NANOS);
    var project = "label=com.docker.compose.project=" + environment.get("COMPOSE_PROJECT_NAME");
    return docker
        .docker("ps", "--all", "--filter", project, "--format", "{{.Names}} {{.Status}}")
        .lines()
        .filter(line -> !line.contains(" Up ") || line.contains("health: ") || line.contains("(un"))
        .toList();
  }

  /** Brings up the second region beside it. */
  void addSecondRegion() throws InterruptedException {
    environment.put("COMPOSE_PROFILES", "second-region");
    compose("up", "-d", "--no-build");
    awaitHealthy();
  }

  /** The mirror, which must stand, begins at the log's first event again. */
  void forgetWhatIsMirrored() throws InterruptedException {
    compose(
        "exec",
        "-T",
        "kafka-second",
        "/opt/kafka/bin/kafka-topics.sh",
        "--bootstrap-server",
        "localhost:9092",
        "--delete",
        "--topic",
        "mm2-offsets.log.internal");
  }

  /** Nothing of home's Kafka reaches the second region, nor the other way round. */
  void cutOff() throws InterruptedException {
    docker.docker("network", "disconnect", network(), kafka());
  }

  /** It does again. */
  void joinAgain() throws InterruptedException {
    docker.docker("network", "connect", "--alias", "kafka", network(), kafka());
  }

  private String network() {
    return environment.get("COMPOSE_PROJECT_NAME") + "_second";
  }

  private String kafka() throws InterruptedException {
    return compose("ps", "-q", "kafka").strip().lines().toList().getLast();
  }

  /** What a service says of itself under this name, which has no labels. */
  double metric(String service, String name) throws InterruptedException {
    var ask =
        "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    return compose("exec", "-T", service, "bash", "-c", ask)
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow();
  }

  /** As a user of its proxy. */
  Target target() throws InterruptedException {
    return target("proxy");
  }

  /** As a user of one of its proxies. */
  Target target(String proxy) throws InterruptedException {
    return new RunningSystem(data, URI.create("http://" + address(proxy, 8080)), jdbc()).target();
  }

  private String jdbc() throws InterruptedException {
    return "jdbc:postgresql://%s/tailrace?user=tailrace&password=compose-it"
        .formatted(address("postgres", 5432));
  }

  private String address(String service, int port) throws InterruptedException {
    return compose("port", service, String.valueOf(port)).strip().lines().toList().getLast();
  }

  /** {@code tailrace.publish} asks which tenant a database role publishes for. */
  private void allowPublishing() throws SQLException, InterruptedException {
    try (var connection = target().connect();
        var statement = connection.createStatement()) {
      statement.execute(
          "insert into tailrace.tenant_role (role, tenant) values (current_user, 'demo') on"
              + " conflict do nothing");
    }
  }

  /** Kills a service's container and starts it again; returns when all is healthy. */
  void kill(String service) throws InterruptedException {
    compose("kill", "-s", "SIGKILL", service);
    compose("start", service);
    awaitHealthy();
  }

  /** Stops a service's container as a deploy does and starts it again. */
  void restart(String service) throws InterruptedException {
    compose("restart", service);
    awaitHealthy();
  }

  @Override
  public void close() {
    environment.put("COMPOSE_PROFILES", "second-region");
    try {
      compose("down", "--volumes", "--remove-orphans", "--timeout", "5");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
