package io.tailrace.write.validate;

import io.tailrace.schemas.name.Channel;
import org.jspecify.annotations.Nullable;

/**
 * An event that may be written.
 *
 * @param id UUID in canonical form, where the writer gave one
 * @param data the JSON as it was written, without raw carriage returns
 * @param bytes size of data in UTF-8
 */
public record NewEvent(
    Channel channel,
    String type,
    @Nullable String entity,
    @Nullable String id,
    String data,
    int bytes) {}
