package io.tailrace.load.isolation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.testkit.HostileNames;
import java.util.List;

/**
 * Requests that aim at another tenant's channels: each is the same for every id of the same length,
 * byte for byte but for the id.
 */
final class Attempts {
  private static final String T = TwoTenants.THEIRS;

  /** Where the channel's name goes. */
  private static final List<String> BASES =
      List.of(
          "/v1/channels/",
          "//v1/channels/",
          "/v1//channels/",
          "/v1/./channels/",
          "/v1/x/../channels/",
          "/V1/channels/",
          "/v1/channels/" + T + "/",
          "/v1/channels/../" + T + "/",
          "/v1/" + T + "/channels/",
          "/" + T + "/v1/channels/",
          "/v1/tenants/" + T + "/channels/",
          "http://" + T + ".example/v1/channels/",
          "/v1/%63hannels/",
          "/v1%2fchannels/",
          "/v1/channels;tenant=" + T + "/",
          "/internal/v1/channels/",
          "/internal/v1/../../v1/channels/");

  private static final List<String> KINDS = List.of("chat:", "chat:", "doc:", "feed:", "inbox:");

  /** What stands before the kind. */
  private static final List<String> BEFORE =
      List.of(
          "",
          "",
          "",
          "",
          T + "/",
          T + "%2f",
          T + "%2F",
          T + "%252f",
          T + ":",
          "../" + T + "/",
          "..%2f" + T + "%2f",
          "%2e%2e/" + T + "/",
          T + "%c0%af",
          T + "%ef%bc%8f",
          T + "%00",
          "%00",
          "%20",
          T + "\\",
          T + ";",
          ".;/" + T + "/",
          "*",
          "%0d%0a",
          T + "%5c");

  /** What stands behind the id. */
  private static final List<String> BEHIND =
      List.of("", "", "", "", ";tenant=" + T, "%00", "%20", ".", "%2e", "*", ",", ":", "%3b" + T);

  private static final List<String> REST =
      List.of(
          "",
          "/events",
          "/events?after=0",
          "/events?after=0&limit=1000",
          "/events?after=0&epoch=1",
          "/events?after=0&tenant=" + T,
          "/events?tenant=" + T + "&channel=chat:x",
          "/pages/1/0",
          "/pages/1/1",
          "/snapshot",
          "/snapshot?cursor=x",
          "/snapshot?cursor={cursor}",
          "/snapshot?tenant=" + T,
          "/presence",
          "/receipts",
          "/members",
          "/members/" + TwoTenants.THEIR_USER,
          "/members/ada",
          "/events/../snapshot",
          "/..",
          "?tenant=" + T,
          "/events%3fafter=0",
          "/chain");

  private static final List<String> HEADERS =
      List.of(
          "X-Tenant: " + T,
          "Tenant: " + T,
          "Tailrace-Tenant: " + T,
          "X-Forwarded-Host: " + T + ".example",
          "X-Forwarded-Prefix: /" + T,
          "X-Forwarded-For: 127.0.0.1",
          "Forwarded: for=127.0.0.1;host=" + T,
          "X-Original-URL: /v1/channels/" + T + "/chat:{id}/events",
          "X-Rewrite-URL: /v1/channels/chat:{id}/events",
          "X-HTTP-Method-Override: PUT",
          "Authorization: Bearer {forged}",
          "Cookie: tailrace_session={forged}",
          "Tailrace-Token: {forged}",
          "Tailrace-Moved: true",
          "If-None-Match: {tag}",
          "If-None-Match: *",
          "Last-Event-ID: chat:{id}=1.0",
          "Accept: application/x-ndjson",
          "Accept: application/json-seq",
          "Origin: null",
          "Range: bytes=0-10");

  /** Less often: they are told what they must not do. */
  private static final List<String> METHODS = List.of("HEAD", "OPTIONS", "PATCH", "TRACE", "BREW");

  private static final int GETS_IN = 12;

  private final String token;
  private final String forged;
  private final String cursor;
  private final String tag;

  /**
   * With what an attacker may have come by.
   *
   * @param token the attacker's own
   * @param forged one that claims to be theirs
   * @param cursor theirs, of a snapshot
   * @param tag theirs, of a page
   */
  Attempts(String token, String forged, String cursor, String tag) {
    this.token = token;
    this.forged = forged;
    this.cursor = cursor;
    this.tag = tag;
  }

  /** A request of this number about the id, a character for each of its bytes. */
  String request(long number, String id) {
    HostileNames names = new HostileNames(number);
    boolean twists = names.random().nextInt(3) == 0;
    String base = of(names, BASES);
    if (names.random().nextInt(3) > 0) {
      base = BASES.getFirst();
    }
    String before = of(names, BEFORE) + of(names, KINDS);
    String behind = of(names, BEHIND);
    if (twists) {
      before = names.twisted(before);
    } else if (names.random().nextInt(6) == 0) {
      behind = names.twisted(behind);
    }
    String target = base + before + id + behind + of(names, REST);
    String method = names.random().nextInt(GETS_IN) == 0 ? of(names, METHODS) : "GET";
    StringBuilder text = new StringBuilder(method + " " + raw(target) + " HTTP/1.1\r\n");
    text.append("Host: ").append(names.pick("127.0.0.1", T, T + ".example")).append("\r\n");
    text.append("Authorization: Bearer ").append(token).append("\r\n");
    for (int i = names.random().nextInt(4); i > 0; i--) {
      text.append(of(names, HEADERS)).append("\r\n");
    }
    return text.append("\r\n")
        .toString()
        .replace("{id}", id)
        .replace("{forged}", forged)
        .replace("{cursor}", cursor)
        .replace("{tag}", tag);
  }

  /**
   * As the bytes of UTF-8, without what would end the line or the request: that is another test.
   */
  private static String raw(String target) {
    return new String(target.getBytes(UTF_8), ISO_8859_1).replaceAll("[\r\n]", "%0a");
  }

  private static String of(HostileNames names, List<String> list) {
    return list.get(names.random().nextInt(list.size()));
  }
}
