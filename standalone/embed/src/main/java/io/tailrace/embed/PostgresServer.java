package io.tailrace.embed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL 18 of its own, on the loopback interface, with its data in a folder that is kept.
 * Durable: fsync and synchronous_commit are on.
 *
 * <p>The server is a process outside this JVM's process group, so a Ctrl-C in the terminal reaches
 * only the JVM, which then stops things in its own order. The price: a JVM that is killed leaves
 * the server running. {@link #start} finds it, stops it and starts anew, so that the settings are
 * always those asked for.
 */
public final class PostgresServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PostgresServer.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  /**
   * A fast stop waits for whoever reads a replication slot, perhaps for ever; one that its owner
   * left behind is in the middle of a crash anyway, and an immediate stop loses nothing either.
   */
  private static final Duration LEFT_BEHIND_STOP_LIMIT = Duration.ofSeconds(2);

  private static final Duration FAST_STOP_LIMIT = Duration.ofSeconds(20);
  private static final long POLL_NANOS = 5_000_000;
  private static final int LOG_TAIL_CHARS = 2_000;

  /** Measured for low latency of logical decoding beside full durability. */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("fsync", "on"),
          Map.entry("synchronous_commit", "on"),
          Map.entry("wal_level", "logical"),
          Map.entry("max_replication_slots", "20"),
          Map.entry("max_wal_senders", "20"),
          Map.entry("track_commit_timestamp", "on"),
          Map.entry("max_connections", "100"),
          // Decoding of commits that do not wait for the flush would otherwise lag 200 ms.
          Map.entry("wal_writer_delay", "10ms"),
          Map.entry("max_wal_size", "2GB"),
          Map.entry("shared_buffers", "128MB"),
          Map.entry("listen_addresses", "127.0.0.1"),
          // No socket file: its path has a length limit that a deep data folder exceeds.
          Map.entry("unix_socket_directories", "''"),
          Map.entry("log_checkpoints", "off"),
          Map.entry("timezone", "UTC"),
          Map.entry("log_timezone", "UTC"));

  private final Path folder;
  private final boolean temporary;
  private final PostgresPrograms programs;
  private final FolderLock lock;
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable PostgresAddress address;

  private PostgresServer(Path folder, boolean temporary) {
    this.folder = folder;
    this.temporary = temporary;
    this.programs = new PostgresPrograms(PostgresBinaries.unpacked());
    this.lock = FolderLock.take(folder);
  }

  static Path dataOf(Path folder) {
    return folder.toAbsolutePath().normalize().resolve("data");
  }

  /**
   * Starts on a folder, which is created if it is missing; returns when connections are accepted.
   *
   * @param port 0 takes a free one
   * @throws EmbedException when it cannot start, with the end of its log
   */
  public static PostgresServer start(Path folder, int port) {
    return start(folder, port, Map.of());
  }

  /**
   * As {@link #start(Path, int)}, with settings of {@code postgresql.conf} that go before those of
   * this class.
   */
  public static PostgresServer start(Path folder, int port, Map<String, String> settings) {
    PostgresServer server = new PostgresServer(folder.toAbsolutePath().normalize(), false);
    return server.startOrRelease(port, settings);
  }

  /** For tests: in a temporary folder that {@link #close()}, or the end of the JVM, deletes. */
  public static PostgresServer temporary() {
    return temporary(Map.of());
  }

  /** As {@link #temporary()}, with settings that go before those of this class. */
  public static PostgresServer temporary(Map<String, String> settings) {
    try {
      Path folder = Files.createTempDirectory("tailrace-postgres-");
      PostgresServer server = new PostgresServer(folder, true).startOrRelease(0, settings);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "postgres-stop"));
      return server;
    } catch (IOException e) {
      throw new EmbedException("No temporary folder could be made: " + e, e);
    }
  }

  /** Where it listens. */
  public PostgresAddress address() {
    if (address == null) {
      throw new IllegalStateException("not started");
    }
    return address;
  }

  /** Without user and password. */
  public String jdbcUrl() {
    return address().jdbcUrl();
  }

  /** Always the loopback address. */
  public String host() {
    return address().host();
  }

  /** The port that it listens on. */
  public int port() {
    return address().port();
  }

  /** The database, which is PostgreSQL's default one. */
  public String database() {
    return address().database();
  }

  /** A superuser. */
  public String user() {
    return address().user();
  }

  /** Made at the first start and kept in the folder, readable by its owner only. */
  public String password() {
    return address().password();
  }

  /**
   * Stops it as `pg_ctl stop -m fast` does: transactions under way are rolled back. Does nothing
   * when repeated.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      stopRunning("stop", FAST_STOP_LIMIT);
    } finally {
      lock.close();
      if (temporary) {
        TreeDeletion.delete(folder);
      }
    }
  }

  private PostgresServer startOrRelease(int port, Map<String, String> settings) {
    try {
      begin(FreePort.of(port), settings);
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void begin(int port, Map<String, String> overrides) {
    stopRunning("stop of one left behind", LEFT_BEHIND_STOP_LIMIT);
    keepOneOldLog();
    if (!Files.exists(dataOf(folder).resolve("PG_VERSION"))) {
      initialise();
    }
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.putAll(overrides);
    settings.put("port", Integer.toString(port));
    String options =
        settings.entrySet().stream()
            .map(e -> "-c " + e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(" "));
    long stale = pidOf(PostmasterFile.read(dataOf(folder)));
    Process starter =
        programs.start(
            serverLog(),
            List.of(
                "pg_ctl",
                "-D",
                dataOf(folder).toString(),
                "-w",
                "-t",
                "60",
                "-o",
                options,
                "start"));
    awaitReady(starter, stale);
    address =
        new PostgresAddress(
            "127.0.0.1",
            port,
            PostgresAddress.DATABASE,
            PostgresAddress.USER,
            PostgresAddress.readPassword(folder));
    log.atInfo().addKeyValue("port", port).log("postgres started");
  }

  /** Looks at the status line itself: pg_ctl looks only ten times a second. */
  private void awaitReady(Process starter, long stalePid) {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      PostmasterFile file = PostmasterFile.read(dataOf(folder));
      if (file != null && file.ready() && file.pid() != stalePid) {
        return;
      }
      if (!starter.isAlive() && starter.exitValue() != 0) {
        throw new EmbedException("PostgreSQL did not start on " + folder + ":\n" + logTail());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    throw new EmbedException(
        "PostgreSQL on "
            + folder
            + " is not ready after "
            + START_LIMIT.toSeconds()
            + " s:\n"
            + logTail());
  }

  private void initialise() {
    // What an interrupted first start left is not a database yet.
    TreeDeletion.delete(dataOf(folder));
    Path fresh = folder.resolve("data.new");
    TreeDeletion.delete(fresh);
    writePassword();
    boolean done =
        programs.run(
            serverLog(),
            START_LIMIT,
            List.of(
                "initdb",
                "-D",
                fresh.toString(),
                "-U",
                PostgresAddress.USER,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                "--pwfile=" + folder.resolve(PostgresAddress.PASSWORD_FILE),
                temporary ? "--no-sync" : "--sync-method=fsync",
                "--no-instructions"));
    if (!done) {
      throw new EmbedException("initdb failed on " + folder + ":\n" + logTail());
    }
    try {
      // Renamed when complete, so that a kill in between leaves no half database.
      Files.move(fresh, dataOf(folder), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new EmbedException("The new database could not be put in place: " + e, e);
    }
  }

  private void writePassword() {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    Path file = folder.resolve(PostgresAddress.PASSWORD_FILE);
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, HexFormat.of().formatHex(random), StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new EmbedException("The file " + file + " cannot be written: " + e, e);
    }
  }

  private void stopRunning(String why, Duration fastLimit) {
    Path data = dataOf(folder);
    PostmasterFile file = PostmasterFile.read(data);
    if (file == null || !file.alive()) {
      return; // a stale file is PostgreSQL's own business, which also looks at its shared memory
    }
    if (!file.servesFolder(data)) {
      PostmasterFile.delete(data);
      return;
    }
    log.atInfo().addKeyValue("pid", file.pid()).addKeyValue("why", why).log("postgres stops");
    if (!signalAndWait("INT", file, fastLimit) && !signalAndWait("QUIT", file, FAST_STOP_LIMIT)) {
      throw new EmbedException(
          "PostgreSQL (process " + file.pid() + ") does not stop: end it by hand, then try again.");
    }
  }

  private boolean signalAndWait(String signal, PostmasterFile file, Duration limit) {
    programs.run(serverLog(), limit, List.of("pg_ctl", "kill", signal, Long.toString(file.pid())));
    long deadline = System.nanoTime() + limit.toNanos();
    // Its last act is to remove its file; as a process it may linger until whoever adopted it
    // looks.
    while (file.alive() && pidOf(PostmasterFile.read(dataOf(folder))) == file.pid()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  private static long pidOf(@Nullable PostmasterFile file) {
    return file == null ? -1 : file.pid();
  }

  private Path serverLog() {
    return folder.resolve("server.log");
  }

  /** The server writes warnings only, and each start begins a new file: the two stay small. */
  private void keepOneOldLog() {
    try {
      if (Files.exists(serverLog())) {
        Files.move(
            serverLog(), folder.resolve("server.old.log"), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new EmbedException("The old log could not be put aside: " + e, e);
    }
  }

  private String logTail() {
    try {
      String text = Files.readString(serverLog(), StandardCharsets.UTF_8);
      return text.substring(Math.max(0, text.length() - LOG_TAIL_CHARS)).strip();
    } catch (IOException e) {
      return "(its log cannot be read: " + e + ")";
    }
  }
}
