package io.tailrace.gateway.hub;

import io.tailrace.gateway.ephemeral.HubDesk;
import io.tailrace.schemas.region.OtherRegions;
import io.tailrace.schemas.topic.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * The topics that the hub reads: each desk's own, and those that other regions have beside it.
 *
 * @param own one for each desk
 * @param far mirrored from elsewhere; nobody here writes to them, and they may be missing
 * @param placement in which partition a record lies
 */
public record HubTopics(List<Source> own, List<Source> far, Placement placement) {
  /** A topic, and who is told its records. */
  public record Source(String topic, HubDesk desk) {}

  /** Copies the lists. */
  public HubTopics {
    own = List.copyOf(own);
    far = List.copyOf(far);
  }

  /** Those of these desks. */
  public HubTopics(List<HubDesk> desks, OtherRegions others, Placement placement) {
    this(
        desks.stream().map(desk -> new Source(desk.topic(), desk)).toList(),
        mirrored(desks, others),
        placement);
  }

  private static List<Source> mirrored(List<HubDesk> desks, OtherRegions others) {
    List<Source> far = new ArrayList<>();
    for (HubDesk desk : desks) {
      if (desk.isOfEachRegion()) {
        others.mirrored(desk.topic()).forEach(topic -> far.add(new Source(topic, desk)));
      }
    }
    return far;
  }

  List<HubDesk> desks() {
    return own.stream().map(Source::desk).toList();
  }
}
