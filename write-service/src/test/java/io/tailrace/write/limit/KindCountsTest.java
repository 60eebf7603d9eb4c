package io.tailrace.write.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events of a transaction's body by kind. */
class KindCountsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{'events':[{'channel':'chat:a'},{'channel':'doc:a','data':{}},{'channel':'chat:b'}]} # 2 #"
            + " 1",
        // What stands inside data is no channel of an event.
        "{'events':[{'data':{'channel':'doc:x','y':[{'channel':'doc:x'}]},'channel':'chat:a'}]} # 1"
            + " # 0",
        "{'events':[{'channel':['doc:x'],'type':'doc:x'},{'channel':'chat:a'}]} # 1 # 0",
        "{'events':[{'channel':'chat:a'},{'channel':'chat:b'} # 2 # 0",
        "[1,2,{'channel':'chat:a'}] # 0 # 0",
        "'chat:a' # 0 # 0",
        "{ # 0 # 0",
      })
  void counts(String body, int chats, int docs) {
    Map<String, Integer> counts =
        KindCounts.of(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 100);

    assertEquals(chats, counts.getOrDefault("chat", 0));
    assertEquals(docs, counts.getOrDefault("doc", 0));
  }
}
