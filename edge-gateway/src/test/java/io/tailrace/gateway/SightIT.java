package io.tailrace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.embed.KafkaBroker;
import io.tailrace.gateway.shard.Sight;
import io.tailrace.gateway.shard.SightWire;
import io.tailrace.gateway.testkit.FakeCatchup;
import io.tailrace.gateway.testkit.Gateway;
import io.tailrace.gateway.testkit.RawSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a gateway tells a console that is a process of its own. */
final class SightIT {
  private static HttpResponse<byte[]> ask(Gateway at, String path, String key) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.port() + path))
              .header("Authorization", "Bearer " + key)
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @Test
  void whoShowsTheServiceKeyIsToldOneTenantsConnectionsAndChannelsAndNobodyElse() throws Exception {
    try (KafkaBroker broker = KafkaBroker.temporary();
        Gateway gateway = new Gateway(broker);
        RawSocket ann = gateway.hello("ann")) {
      ann.send("{\"t\":\"subscribe\",\"ref\":3,\"channel\":\"chat:seen\",\"after\":0}");
      ann.json("subscribed");
      gateway.publish(Gateway.channel("seen"), "{}");
      ann.json("event");

      List<Sight> demo =
          SightWire.sights(
              ask(gateway, SightWire.LOOK + "?tenant=demo", FakeCatchup.SERVICE_KEY).body());
      assertEquals(1, demo.stream().mapToInt(Sight::guestsInAll).sum());
      assertTrue(
          demo.stream()
              .anyMatch(
                  sight -> new Sight.Gathering(1, 1).equals(sight.channels().get("chat:seen"))),
          demo::toString);
      List<Sight> acme =
          SightWire.sights(
              ask(gateway, SightWire.LOOK + "?tenant=acme", FakeCatchup.SERVICE_KEY).body());
      assertEquals(0, acme.stream().mapToInt(Sight::guestsInAll).sum());
      String arrived = SightWire.ARRIVED + "?channel=demo%2Fchat:seen&seq=1";
      assertTrue(
          SightWire.times(ask(gateway, arrived, FakeCatchup.SERVICE_KEY).body()).stream()
              .anyMatch(at -> at > 0));

      assertEquals(
          401, ask(gateway, SightWire.LOOK + "?tenant=demo", Gateway.token("ann")).statusCode());
      assertEquals(401, ask(gateway, arrived, "").statusCode());
      assertEquals(400, ask(gateway, SightWire.LOOK, FakeCatchup.SERVICE_KEY).statusCode());
      assertEquals(
          400,
          ask(
                  gateway,
                  SightWire.ARRIVED + "?channel=demo%2Fchat:seen&seq=x",
                  FakeCatchup.SERVICE_KEY)
              .statusCode());
    }
  }
}
