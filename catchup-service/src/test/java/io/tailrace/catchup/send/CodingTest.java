package io.tailrace.catchup.send;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodingTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      delimiter = '|',
      value = {
        "none | IDENTITY",
        "'' | IDENTITY",
        "gzip | GZIP",
        "GZIP | GZIP",
        "x-gzip | GZIP",
        "deflate, br;q=1.0, gzip;q=0.5 | GZIP",
        "gzip;q=0 | IDENTITY",
        "gzip; q=0.000 | IDENTITY",
        "gzip;q=x | IDENTITY",
        "* | GZIP",
        "*;q=0 | IDENTITY",
        "gzip;q=0, * | IDENTITY",
        "*, gzip;q=0 | IDENTITY",
        "br | IDENTITY",
        "identity | IDENTITY"
      })
  void isWhatTheClientTakes(String header, Coding coding) {
    assertEquals(coding, Coding.choose(header));
  }

  @Test
  void eachCodingHasATagOfItsOwn() {
    assertEquals("1-2-ab", Coding.IDENTITY.tag("1-2-ab"));
    assertNotEquals(Coding.IDENTITY.tag("1-2-ab"), Coding.GZIP.tag("1-2-ab"));
  }

  @Test
  void codedBytesDoNotDependOnThePieces() throws IOException {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20261125);
    byte[] body = new byte[700_000];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) ('a' + random.nextInt(20));
    }
    byte[] whole = code(body, body.length);

    byte[] pieces = code(body, 33_333);

    assertArrayEquals(whole, pieces);
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(pieces))) {
      assertArrayEquals(body, in.readAllBytes());
    }
  }

  private static byte[] code(byte[] body, int piece) {
    ByteArrayOutputStream coded = new ByteArrayOutputStream();
    try (Gzip gzip = new Gzip()) {
      for (int from = 0; from < body.length; from += piece) {
        int to = Math.min(body.length, from + piece);
        coded.writeBytes(gzip.code(Arrays.copyOfRange(body, from, to), to == body.length));
      }
    }
    return coded.toByteArray();
  }
}
