package io.tailrace.relay.publish;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Upper bound of a record's size in a batch of its own, uncompressed: Kafka's message format 2 with
 * every variable-length number taken at its longest.
 */
final class RecordSize {
  private static final int BATCH_HEADER = 61;
  private static final int VARINT = 5;
  private static final int VARLONG = 10;

  private RecordSize() {}

  static long upperBound(byte[] key, Headers headers, byte[] value) {
    // length, attributes, timestamp delta, offset delta, key length, value length, header count
    long size = BATCH_HEADER + VARINT + 1 + VARLONG + VARINT + VARINT + VARINT + VARINT;
    size += key.length + value.length;
    for (Header header : headers) {
      // Header names are ASCII.
      size += VARINT + header.key().length() + VARINT;
      size += header.value() == null ? 0 : header.value().length;
    }
    return size;
  }
}
