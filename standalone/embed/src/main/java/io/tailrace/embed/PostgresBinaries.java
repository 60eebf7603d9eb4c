package io.tailrace.embed;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once per version into the user's cache folder. Two JVMs may
 * unpack at once: each works in a folder of its own and the first rename wins.
 */
final class PostgresBinaries {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  private PostgresBinaries() {}

  /** The folder that holds {@code bin}, {@code lib} and {@code share}. */
  static Path unpacked() {
    String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!machine.equals("Linux amd64")) {
      throw new EmbedException(
          "The PostgreSQL that comes along runs on Linux amd64, and this is "
              + machine
              + ": start the services one by one against a PostgreSQL 18 of your own.");
    }
    try {
      Path target = cacheFolder().resolve("postgres-" + fingerprint());
      if (!Files.isDirectory(target)) {
        unpack(target);
      }
      return target;
    } catch (IOException e) {
      throw new EmbedException("PostgreSQL's programs could not be unpacked: " + e, e);
    }
  }

  private static Path cacheFolder() throws IOException {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    try {
      return Files.createDirectories(cache.resolve("tailrace"));
    } catch (IOException _) {
      // A user without a home still has a temporary folder.
      String user = System.getProperty("user.name");
      return Files.createDirectories(
          Path.of(System.getProperty("java.io.tmpdir"), "tailrace-" + user));
    }
  }

  private static InputStream archive() throws IOException {
    InputStream in = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
    if (in == null) {
      throw new IOException("no " + ARCHIVE + " on the class path");
    }
    return in;
  }

  /**
   * Names the folder by the archive's length and checksum: a new version never meets an old one's
   * files.
   */
  private static String fingerprint() throws IOException {
    URL url = PostgresBinaries.class.getResource(ARCHIVE);
    if (url == null) {
      throw new IOException("no " + ARCHIVE + " on the class path");
    }
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    if (connection instanceof JarURLConnection jar) {
      try (JarFile file = jar.getJarFile()) {
        JarEntry entry = file.getJarEntry(ARCHIVE.substring(1));
        return Long.toHexString(entry.getCrc()) + "-" + entry.getSize();
      }
    }
    return Long.toHexString(connection.getLastModified()) + "-" + connection.getContentLengthLong();
  }

  private static void unpack(Path target) throws IOException {
    Path own = Files.createTempDirectory(target.resolveSibling(""), "unpacking-");
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(archive()))) {
      TarArchiveEntry entry;
      while ((entry = tar.getNextEntry()) != null) {
        write(tar, entry, own);
      }
      Files.move(own, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(target)) {
        throw e;
      }
      // Another JVM was first: its folder serves.
    } finally {
      TreeDeletion.delete(own);
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    Path path = root.resolve(entry.getName()).normalize();
    if (!path.startsWith(root)) {
      throw new IOException("the archive names a file outside itself: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.resolveSibling(""));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Files.createLink(path, root.resolve(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      Files.setPosixFilePermissions(path, permissions((entry.getMode() & 0100) != 0));
    }
  }

  private static Set<PosixFilePermission> permissions(boolean executable) {
    Set<PosixFilePermission> all =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.OTHERS_READ);
    if (executable) {
      all.add(PosixFilePermission.OWNER_EXECUTE);
      all.add(PosixFilePermission.GROUP_EXECUTE);
      all.add(PosixFilePermission.OTHERS_EXECUTE);
    }
    return all;
  }
}
