package io.tailrace.sequencer.store;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * The memory that all partitions' stores share, and the options made of it: one block cache, in
 * which the write buffers are counted too. Owned by the service, closed after the last store.
 */
public final class RocksMemory implements AutoCloseable {
  private static final long MIB = 1024L * 1024;

  private final Cache cache;
  private final WriteBufferManager writeBuffers;
  private final BloomFilter bloom;

  /**
   * Reserves nothing yet; the sizes are bounds.
   *
   * @param cacheMib for blocks, indexes and filters, write buffers counted in
   * @param writeBufferMib of it, for what is not yet on disk
   */
  public RocksMemory(int cacheMib, int writeBufferMib) {
    RocksDB.loadLibrary();
    cache = new LRUCache(cacheMib * MIB);
    writeBuffers = new WriteBufferManager(writeBufferMib * MIB, cache);
    bloom = new BloomFilter(10);
  }

  /** Fresh options for one database; the caller closes them. */
  Options options() {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(16 * 1024)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFilterPolicy(bloom)
            .setFormatVersion(5);
    return new Options()
        .setCreateIfMissing(true)
        .setTableFormatConfig(table)
        .setWriteBufferManager(writeBuffers)
        .setWriteBufferSize(16 * MIB)
        .setMaxWriteBufferNumber(3)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
        .setLevelCompactionDynamicLevelBytes(true)
        .setMaxOpenFiles(256)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(MIB)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  @Override
  public void close() {
    bloom.close();
    writeBuffers.close();
    cache.close();
  }
}
