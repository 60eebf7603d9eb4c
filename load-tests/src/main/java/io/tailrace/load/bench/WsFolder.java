package io.tailrace.load.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A temporary folder with a Node server and the library {@code ws} as npm brings it, which is no
 * part of the product. {@link #close} removes it.
 */
final class WsFolder implements AutoCloseable {
  private static final String SCRIPT = "ws-writer.mjs";
  private static final String LIBRARY = "ws@8";
  private static final long INSTALL_SECONDS = 60;

  private final Path folder;

  /**
   * Installs it.
   *
   * @throws IOException with why, where Node or npm is missing or npm does not reach the library
   */
  WsFolder() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("tailrace-ws-");
    try (var script = WsFolder.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IllegalStateException("the build left out " + SCRIPT);
      }
      Files.copy(script, script());
      Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\",\"private\":true}");
      install();
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private void install() throws IOException, InterruptedException {
    Path log = folder.resolve("npm.log");
    Process npm =
        new ProcessBuilder(
                List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", LIBRARY))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!npm.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
      npm.destroy();
      throw new IOException("npm took longer than " + INSTALL_SECONDS + " s");
    }
    if (npm.exitValue() != 0) {
      String said = Files.readString(log, StandardCharsets.UTF_8);
      throw new IOException("npm: " + said.lines().findFirst().orElse("failed"));
    }
  }

  /** To be run by node. */
  Path script() {
    return folder.resolve(SCRIPT);
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
