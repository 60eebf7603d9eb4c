package io.tailrace.schemas.region;

import io.tailrace.schemas.config.Key;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The other regions whose people and signals are shown here. They are named and not looked for
 * among the topics: what is shown to users is for the operator to say, not for whoever can make a
 * topic.
 *
 * @param names each as the mirror calls it
 */
public record OtherRegions(List<String> names) {
  /** The list, as a setting. */
  public static final Key<OtherRegions> SETTING =
      new Key<>(
          "regions.others",
          "",
          "Other regions whose presence and signals are mirrored here, under names such as"
              + " REGION.tailrace.presence.",
          "names of letters, digits, _ and -, separated by commas",
          OtherRegions::parse);

  /** There is one region. */
  public static final OtherRegions NONE = new OtherRegions(List.of());

  /** No dot: what is before the first one is the region. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Copies the list. */
  public OtherRegions {
    names = List.copyOf(names);
  }

  /**
   * Under which names a topic of theirs is mirrored here, by MirrorMaker's own rule. A mirrored
   * topic has another name than what is mirrored, so nothing comes round.
   */
  public List<String> mirrored(String topic) {
    return names.stream().map(region -> region + '.' + topic).toList();
  }

  private static OtherRegions parse(String text) {
    List<String> names = Key.list("regions.others", "", "").parse().apply(text);
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("no name of a region");
      }
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new IllegalArgumentException("named twice");
    }
    return new OtherRegions(names);
  }
}
