package io.tailrace.client.keep;

import io.tailrace.client.Cached;
import io.tailrace.client.ChannelCache;
import io.tailrace.client.wire.CachedText;
import io.tailrace.client.wire.UnreadableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A cache in a folder: one file per channel, replaced in one step, so that a crash leaves the old
 * one or the new one. The folder belongs to one user of one installation, and to one client at a
 * time.
 */
public final class FileCache implements ChannelCache {
  private static final int NAME_SHOWN = 60;

  private final Path folder;

  /**
   * In a folder, which is made where it is missing.
   *
   * @throws UncheckedIOException where it cannot be
   */
  public FileCache(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("The cache's folder cannot be made: " + folder, e);
    }
  }

  @Override
  public @Nullable Cached read(String channel) {
    try {
      return CachedText.read(channel, Files.readAllBytes(file(channel)));
    } catch (IOException | UnreadableException _) {
      return null; // never kept, or damaged: the server has it all
    }
  }

  @Override
  public void write(Cached cached) {
    Path file = file(cached.channel());
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      try (FileChannel out =
          FileChannel.open(
              next,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer text = ByteBuffer.wrap(CachedText.write(cached));
        while (text.hasRemaining()) {
          out.write(text);
        }
        out.force(false); // else a crash of the machine may leave the new name without the content
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("The cache cannot keep " + cached.channel(), e);
    }
  }

  @Override
  public void remove(String channel) {
    try {
      Files.deleteIfExists(file(channel));
    } catch (IOException e) {
      throw new UncheckedIOException("The cache cannot forget " + channel, e);
    }
  }

  /** Some file systems know no difference between upper and lower case, and bound the length. */
  private Path file(String channel) {
    String shown = channel.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "_");
    String name = shown.substring(0, Math.min(shown.length(), NAME_SHOWN)) + "-" + digest(channel);
    return folder.resolve(name + ".json");
  }

  private static String digest(String channel) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(channel.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
