package io.tailrace.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.standalone.cli.CommandException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerMemoryTest {
  @Test
  void readsWhatJcmdSaysOfTheHeap() {
    assertEquals(
        213_504,
        ServerMemory.usedKib(
            """
            4711:
             garbage-first heap   total reserved 1048576K, committed 524288K, used 213504K [0x00]
              region size 1024K, 3 young (3072K), 2 survivors (2048K)
             Metaspace       used 98765K, committed 99000K, reserved 1179648K
            """));
    assertThrows(CommandException.class, () -> ServerMemory.usedKib("4711:\nfailed"));
  }

  @Test
  void readsTheClassesOfAHistogram() {
    assertEquals(
        Map.of("[B", 4_194_304L, "io.tailrace.gateway.shard.Connection", 1_040L),
        ServerMemory.classes(
            """
            4711:
             num     #instances         #bytes  class name (module)
            -------------------------------------------------------
               1:         70212        4194304  [B (java.base@25.0.1)
               2:            10           1040  io.tailrace.gateway.shard.Connection
            Total        70222        4195344
            """));
  }

  @Test
  void readsTheKernelsPages() {
    assertEquals(
        73,
        ServerMemory.tcpPages(
            """
            sockets: used 611
            TCP: inuse 40 orphan 2 tw 11 alloc 55 mem 73
            UDP: inuse 3 mem 9
            """));
  }

  @Test
  void readsTheKernelsOwnStructures() {
    assertEquals(
        302_120,
        ServerMemory.slabKib(
            """
            Mapped:           512344 kB
            Slab:             302120 kB
            SReclaimable:     200000 kB
            """));
  }

  @Test
  void everyProcessHasALimitOfOpenFiles() {
    assertTrue(ServerMemory.openFilesMax(ProcessHandle.current().pid()) > 0);
  }
}
