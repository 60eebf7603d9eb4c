/**
 * The barrier of a subscribe: the registration buffers nothing but its place, the stores are asked
 * once, and their answer is put together with the window. Reads: subscribe and unsubscribe frames,
 * answers of the stores. Writes: questions to the stores, the first frames of a subscription.
 * Thread: the shard's; questions travel on their own threads and come back as inputs. Bound:
 * subscriptions per connection, questions waiting per gateway, time per question. When full: {@code
 * not_ready} with a time to retry. Fails: a store that does not answer is {@code not_ready}.
 */
@NullMarked
package io.tailrace.gateway.subscribe;

import org.jspecify.annotations.NullMarked;
