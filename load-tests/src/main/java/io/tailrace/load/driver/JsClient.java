package io.tailrace.load.driver;

import io.tailrace.load.oracle.Via;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The product's JavaScript client, as the demo page loads it, in Node: unpacked into a temporary
 * folder that {@link #close} removes.
 */
public final class JsClient implements AutoCloseable {
  private static final int NODE_MIN = 20;

  private static final long VERSION_SECONDS = 10;
  private static final String SOURCES = "/web/client/index.js";
  private static final String FOLLOWER = "follower.mjs";

  private final Path folder;

  private JsClient(Path folder) {
    this.folder = folder;
  }

  /**
   * Unpacks it, or returns null where no Node of at least version 20 is on the path.
   *
   * @throws IOException if no temporary folder can be written
   */
  public static @Nullable JsClient open() throws IOException, InterruptedException {
    if (version() < NODE_MIN) {
      return null;
    }
    var folder = Files.createTempDirectory("tailrace-js-");
    try (var follower = JsClient.class.getResourceAsStream(FOLLOWER)) {
      if (follower == null) {
        throw new IllegalStateException("the build left out " + FOLLOWER);
      }
      Files.copy(follower, folder.resolve(FOLLOWER));
      // Node takes .js files for modules only where a package says so.
      Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
      unpack(folder.resolve("client"));
    }
    return new JsClient(folder);
  }

  private static int version() throws InterruptedException {
    try {
      var node = new ProcessBuilder("node", "--version").redirectErrorStream(true).start();
      var said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      var matcher = Pattern.compile("v(\\d+)\\.").matcher(said);
      boolean ended = node.waitFor(VERSION_SECONDS, TimeUnit.SECONDS);
      return ended && matcher.lookingAt() ? Integer.parseInt(matcher.group(1)) : 0;
    } catch (IOException _) {
      return 0;
    }
  }

  private static void unpack(Path to) throws IOException {
    var index = JsClient.class.getResource(SOURCES);
    if (index == null) {
      throw new IllegalStateException("the build left out " + SOURCES);
    }
    try {
      var at = index.toURI();
      if (at.getScheme().equals("jar")) {
        var jar = at.toString().substring(0, at.toString().indexOf('!'));
        try (var files = FileSystems.newFileSystem(URI.create(jar), Map.of())) {
          copy(files.getPath(SOURCES).getParent(), to);
        }
      } else {
        copy(Path.of(at).getParent(), to);
      }
    } catch (URISyntaxException e) {
      throw new IllegalStateException(index.toString(), e);
    }
  }

  private static void copy(@Nullable Path from, Path to) throws IOException {
    if (from == null) {
      throw new IllegalStateException("no folder holds " + SOURCES);
    }
    try (var files = Files.walk(from)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.resolveSibling(""));
        try (InputStream in = Files.newInputStream(file)) {
          Files.copy(in, copy);
        }
      }
    }
  }

  /**
   * A process that follows by it.
   *
   * @param transports of {@code ws}, {@code sse} and {@code poll}, the best first
   * @param cache name of what it keeps between two lives and shares with others of that name; null
   *     for nothing
   */
  public ProcessFollower.Command command(List<String> transports, @Nullable String cache) {
    return new ProcessFollower.Command(
        List.of("node", folder.resolve(FOLLOWER).toString()),
        Via.JS_CLIENT,
        transports,
        cache == null ? null : folder.resolve(cache).toString());
  }

  @Override
  public void close() {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException _) {
      // A temporary folder: the system clears it away.
    }
  }
}
