package io.tailrace.schemas.testkit;

import io.tailrace.schemas.tls.TrustedAuthorities;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Optional;

/** Certificates that sign themselves, made by the JDK's keytool. */
public final class Certificates {
  private static final String PASSWORD = "of-no-secret";
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Certificates() {}

  /**
   * A pair of PEM files.
   *
   * @param certificate for {@code localhost} and {@code 127.0.0.1}
   */
  public record Pair(Path certificate, Path key) {
    /** A client that trusts this certificate alone. */
    public HttpClient.Builder client() {
      return TrustedAuthorities.trust(HttpClient.newBuilder(), Optional.of(certificate));
    }

    /** Puts the files of another pair in the place of these. */
    public void replaceBy(Pair other) {
      try {
        Files.copy(other.key, key, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(other.certificate, certificate, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A new pair with an elliptic key. */
  public static Pair make(Path folder, String name) {
    return make(folder, name, "EC");
  }

  /**
   * A new pair.
   *
   * @param algorithm as keytool has it: EC, RSA, Ed25519
   */
  public static Pair make(Path folder, String name, String algorithm) {
    Path store = folder.resolve(name + ".p12");
    try {
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "port",
                  "-keyalg",
                  algorithm,
                  "-dname",
                  "CN=" + name,
                  "-ext",
                  "san=dns:localhost,ip:127.0.0.1",
                  "-validity",
                  "30",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  PASSWORD)
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      return new Pair(
          Files.writeString(
              folder.resolve(name + ".crt"),
              pem("CERTIFICATE", keys.getCertificate("port").getEncoded())),
          Files.writeString(
              folder.resolve(name + ".key"),
              pem("PRIVATE KEY", keys.getKey("port", PASSWORD.toCharArray()).getEncoded())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + LINES.encodeToString(bytes)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
