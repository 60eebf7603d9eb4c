package io.tailrace.schemas.http;

import io.tailrace.schemas.config.Key;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose word on the client's address and protocol is taken: the reverse proxies that stand in
 * front. What anybody else says of himself in {@code X-Forwarded-For} counts for nothing.
 */
public final class Proxies {
  /** The list, as a setting. */
  public static final Key<Proxies> TRUSTED =
      new Key<>(
          "proxies.trusted",
          "",
          "Reverse proxies in front, as addresses or networks (10.0.0.0/8) separated by commas:"
              + " their X-Forwarded-For and X-Forwarded-Proto are believed, nobody else's.",
          "addresses or networks such as 10.0.0.0/8, separated by commas",
          Proxies::parse);

  private final List<Network> networks;

  private Proxies(List<Network> networks) {
    this.networks = networks;
  }

  private record Network(InetAddress address, int bits) {
    static Network parse(String text) {
      int slash = text.indexOf('/');
      InetAddress address = literal(slash < 0 ? text : text.substring(0, slash));
      if (address == null) {
        throw new IllegalArgumentException("no address");
      }
      int most = address.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > most) {
        throw new IllegalArgumentException("no network");
      }
      return new Network(address, bits);
    }

    boolean holds(InetAddress other) {
      byte[] own = address.getAddress();
      byte[] its = other.getAddress();
      if (own.length != its.length) {
        return false;
      }
      int whole = bits / Byte.SIZE;
      int rest = bits % Byte.SIZE;
      int mask = 0xFF << (Byte.SIZE - rest) & 0xFF;
      return Arrays.equals(own, 0, whole, its, 0, whole)
          && (rest == 0 || (own[whole] & mask) == (its[whole] & mask));
    }
  }

  /**
   * Reads a list; empty for none.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Proxies parse(String list) {
    return new Proxies(
        Arrays.stream(list.split(",", -1))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .map(Network::parse)
            .toList());
  }

  /** The client's address: the nearest one that is none of the proxies. */
  public InetAddress client(HttpServerExchange exchange) {
    InetAddress peer = exchange.getSourceAddress().getAddress();
    HeaderValues values = exchange.getRequestHeaders().get(Headers.X_FORWARDED_FOR);
    return client(peer, values == null ? List.of() : List.copyOf(values));
  }

  InetAddress client(InetAddress peer, List<String> forwarded) {
    InetAddress nearest = peer;
    List<String> way = new ArrayList<>();
    forwarded.forEach(value -> way.addAll(Arrays.asList(value.split(",", -1))));
    // Each proxy adds at the end whom it was called by: so it is read from there.
    for (String hop : way.reversed()) {
      if (!isTrusted(nearest)) {
        return nearest;
      }
      InetAddress next = literal(hop.strip());
      if (next == null) {
        return nearest;
      }
      nearest = next;
    }
    return nearest;
  }

  /** Whether the client speaks TLS, with this port or with the proxy in front of it. */
  public boolean isSecure(HttpServerExchange exchange) {
    return exchange.getConnection().getSslSessionInfo() != null
        || isTrusted(exchange.getSourceAddress().getAddress())
            && "https".equals(exchange.getRequestHeaders().getFirst(Headers.X_FORWARDED_PROTO));
  }

  private boolean isTrusted(InetAddress address) {
    return networks.stream().anyMatch(network -> network.holds(address));
  }

  /** An address in full: the short forms of old, such as 10.1, mean what nobody expects. */
  private static @Nullable InetAddress literal(String text) {
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      boolean isFull =
          address instanceof Inet6Address
              || text.contains(":")
              || text.equals(address.getHostAddress());
      return isFull ? address : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
