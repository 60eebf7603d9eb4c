package io.tailrace.schemas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nobody is trusted          |                        | 10.0.0.1 | 1.2.3.4            | 10.0.0.1",
        "one proxy                  | 10.0.0.0/8             | 10.0.0.1 | 1.2.3.4            | 1.2.3.4",
        "it was asked directly      | 10.0.0.0/8             | 10.0.0.1 |                    | 10.0.0.1",
        "a client invents hops      | 10.0.0.0/8             | 10.0.0.1 | 9.9.9.9, 1.2.3.4   | 1.2.3.4",
        "a stranger invents hops    | 10.0.0.0/8             | 11.0.0.1 | 9.9.9.9            | 11.0.0.1",
        "two proxies                | 10.0.0.0/8,192.168.1.1 | 10.0.0.1 | 1.2.3.4,192.168.1.1| 1.2.3.4",
        "two headers                | 10.0.0.0/8,192.168.1.1 | 10.0.0.1 | 1.2.3.4;192.168.1.1| 1.2.3.4",
        "all are proxies            | 10.0.0.0/8             | 10.0.0.1 | 10.0.0.7           | 10.0.0.7",
        "no address                 | 10.0.0.0/8             | 10.0.0.1 | 1.2.3.4, unknown   | 10.0.0.1",
        "a name is never looked up  | 10.0.0.0/8             | 10.0.0.1 | localhost          | 10.0.0.1",
        "just outside the network   | 10.16.0.0/12           | 10.32.0.1| 1.2.3.4            | 10.32.0.1",
        "just inside the network    | 10.16.0.0/12           | 10.31.0.1| 1.2.3.4            | 1.2.3.4",
        "the newer protocol         | fd00::/8               | fd00::1  | 2001:db8::1        | 2001:db8::1",
        "mapped into the newer one  | 10.0.0.0/8             | ::ffff:10.0.0.1 | 1.2.3.4     | 1.2.3.4"
      })
  void theClientIsTheNearestThatIsNoProxy(
      String what, String trusted, String peer, String forwarded, String client) {
    List<String> headers =
        forwarded == null ? List.of() : Stream.of(forwarded.split(";", -1)).toList();
    assertEquals(
        InetAddress.ofLiteral(client),
        Proxies.parse(trusted == null ? "" : trusted).client(InetAddress.ofLiteral(peer), headers),
        what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"proxy.example.com", "10.0.0.0/33", "10.0.0.0/x", "10.0.0", "*", "::/129"})
  void aListThatIsNoneIsRefused(String list) {
    assertThrows(IllegalArgumentException.class, () -> Proxies.parse(list));
  }
}
