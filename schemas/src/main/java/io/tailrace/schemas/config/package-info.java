/**
 * Settings of a service: defaults, file, environment, arguments. Reads: those four. Writes:
 * nothing. Thread: any after loading. Bound: does not apply. When full: does not apply. Fails: with
 * {@link io.tailrace.schemas.config.SettingsException}, which names the setting.
 */
@NullMarked
package io.tailrace.schemas.config;

import org.jspecify.annotations.NullMarked;
