package io.tailrace.catchup.receipt;

import org.jspecify.annotations.Nullable;

/**
 * A channel as it stands to one of its readers.
 *
 * @param name {@code kind:id}
 * @param head its highest seq
 * @param read the seq up to which it was read; never above {@code head}, nor below what the reader
 *     may see
 * @param role what the reader is in it; null: no member
 */
record MyChannel(String name, long head, long read, @Nullable String role) {
  long unread() {
    return head - read;
  }
}
