package io.tailrace.schemas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.testkit.Await;
import io.tailrace.schemas.testkit.Certificates;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsPortIT {
  @TempDir private static Path made;
  private static Certificates.Pair first;
  private static Certificates.Pair second;

  @TempDir private Path folder;

  @BeforeAll
  static void make() {
    first = Certificates.make(made, "first");
    second = Certificates.make(made, "second", "RSA");
  }

  /** A pair of its own, which a test may change. */
  private Certificates.Pair copy() throws IOException {
    Certificates.Pair copy =
        new Certificates.Pair(folder.resolve("port.crt"), folder.resolve("port.key"));
    copy.replaceBy(first);
    return copy;
  }

  private static HttpClient only(Certificates.Pair pair, String... protocols) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(protocols);
    return pair.client().sslParameters(parameters).build();
  }

  private static String served(PortUnderTest port, Certificates.Pair trusted)
      throws IOException, InterruptedException {
    try (HttpClient client = trusted.client().build()) {
      SSLSession session =
          client
              .send(port.request("/").build(), HttpResponse.BodyHandlers.discarding())
              .sslSession()
              .orElseThrow();
      return ((X509Certificate) session.getPeerCertificates()[0])
          .getSubjectX500Principal()
          .getName();
    }
  }

  @Test
  void theClientChoosesTheProtocolAndBodiesComeBothWays() throws Exception {
    try (PortUnderTest port = new PortUnderTest(first);
        HttpClient two = first.client().build();
        HttpClient one = first.client().version(HttpClient.Version.HTTP_1_1).build()) {
      String body = "x".repeat(100_000);
      HttpRequest post = port.request("/").POST(HttpRequest.BodyPublishers.ofString(body)).build();
      assertEquals("HTTP/2.0 100000", two.send(post, HttpResponse.BodyHandlers.ofString()).body());
      assertEquals("HTTP/1.1 100000", one.send(post, HttpResponse.BodyHandlers.ofString()).body());
      assertTrue(
          two.send(port.request("/health/live").build(), HttpResponse.BodyHandlers.ofString())
              .body()
              .contains("true"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void theNewVersionsAreSpoken(String version) throws Exception {
    try (PortUnderTest port = new PortUnderTest(first);
        HttpClient client = only(first, version)) {
      HttpResponse<String> answer =
          client.send(port.request("/").build(), HttpResponse.BodyHandlers.ofString());
      // Undertow offers HTTP/2 only where the client has that version's cipher of TLS 1.2.
      assertEquals(version.equals("TLSv1.2") ? "HTTP/2.0 0" : "HTTP/1.1 0", answer.body());
      assertEquals(version, answer.sslSession().orElseThrow().getProtocol());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void keysOfEveryKindAreRead(String algorithm) throws Exception {
    Certificates.Pair pair = Certificates.make(folder, "kind", algorithm);
    try (PortUnderTest port = new PortUnderTest(pair)) {
      assertEquals("CN=kind", served(port, pair));
    }
  }

  @Test
  void aPlainRequestOnATlsPortGetsNoAnswer() throws Exception {
    try (PortUnderTest port = new PortUnderTest(first);
        var plain = port.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      byte[] said = plain.getInputStream().readAllBytes();
      assertFalse(new String(said, java.nio.charset.StandardCharsets.ISO_8859_1).contains("HTTP/"));
    }
  }

  @Test
  void aRenewedPairIsTakenUpAndWhoIsThereStays() throws Exception {
    Certificates.Pair pair = copy();
    try (PortUnderTest port = new PortUnderTest(pair, "--tls.look.ms=20");
        HttpClient old = first.client().build()) {
      assertEquals("HTTP/2.0 0", port.get(old, "/"));
      pair.replaceBy(second);
      Await.until("the renewed pair", () -> served(port, second).equals("CN=second"));
      assertThrows(SSLHandshakeException.class, () -> served(port, first), "and the old is gone");
      assertEquals("HTTP/2.0 0", port.get(old, "/"), "on its old connection");
      assertTrue(port.meter(old, "tailrace_tls_certificates_total{result=\"renewed\"}") >= 1);
    }
  }

  /** In one step: each state of the file that is seen in between would be counted too. */
  private void replace(Path file, String text) throws IOException {
    Path next = Files.writeString(folder.resolve("next"), text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"another's key", "no PEM", "half a file", "gone"})
  void aBadPairLeavesTheOldOneInForceAndIsCounted(String how) throws Exception {
    Certificates.Pair pair = copy();
    String refused = "tailrace_tls_certificates_total{result=\"refused\"}";
    try (PortUnderTest port = new PortUnderTest(pair, "--tls.look.ms=20");
        HttpClient client = first.client().build()) {
      switch (how) {
        case "another's key" -> replace(pair.key(), Files.readString(second.key()));
        case "no PEM" -> replace(pair.certificate(), "no certificate");
        case "half a file" -> {
          String whole = Files.readString(pair.certificate());
          replace(pair.certificate(), whole.substring(0, whole.length() / 2));
        }
        default -> Files.delete(pair.certificate());
      }
      Await.until("it is counted", () -> port.meter(client, refused) == 1.0);
      assertEquals("CN=first", served(port, first));
      pair.replaceBy(second);
      Await.until("a good pair ends it", () -> served(port, second).equals("CN=second"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CRT |      | tls.certificate is set and tls.key is not: give both for TLS, neither without",
        "    | KEY  | tls.key is set and tls.certificate is not: give both for TLS, neither without",
        "none| KEY  | tls.certificate=none cannot be read: NoSuchFileException",
        "CRT | none | tls.key=none cannot be read: NoSuchFileException",
        "KEY | KEY  | tls.certificate=KEY holds no PEM certificate",
        "CRT | CRT  | tls.key=CRT holds no PEM private key without a password",
        "CRT | OTHER| tls.key=OTHER is not the key of the first certificate in CRT"
      })
  void aPairThatCannotBeUsedStopsTheStartWithOneLine(
      String certificate, String key, String reason) {
    String[] settings =
        java.util.stream.Stream.of(
                certificate == null ? "" : "--tls.certificate=" + named(certificate),
                key == null ? "" : "--tls.key=" + named(key))
            .filter(setting -> !setting.isEmpty())
            .toArray(String[]::new);
    SettingsException refused =
        assertThrows(SettingsException.class, () -> new PortUnderTest(null, settings).close());
    assertEquals(named(reason), refused.getMessage());
  }

  private static String named(String text) {
    return text.replace("CRT", first.certificate().toString())
        .replace("KEY", first.key().toString())
        .replace("OTHER", second.key().toString());
  }
}
