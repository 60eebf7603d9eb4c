package io.tailrace.schemas.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one service, parsed once. Later sources win: defaults, the properties file of
 * {@code --config}, the environment, arguments. Every name must be known and every value right, or
 * nothing starts.
 */
public final class Settings {
  private static final String PREFIX = "TAILRACE_";

  /** Variables that belong to the command line and not to a service. */
  private static final Set<String> FOREIGN =
      Set.of("TAILRACE_TOKEN", "TAILRACE_URL", "TAILRACE_DATA", "TAILRACE_JAVA_OPTS");

  private final Map<String, Object> values;

  private Settings(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Reads all sources.
   *
   * @param arguments {@code --name=value} and {@code --config=FILE}
   * @param environment such as {@code System.getenv()}
   * @throws SettingsException naming the setting at fault
   */
  public static Settings load(
      List<Key<?>> keys, List<String> arguments, Map<String, String> environment) {
    Map<String, Key<?>> known = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key<?> key : keys) {
      known.put(key.name(), key);
      if (key.fallback() != null) {
        texts.put(key.name(), key.fallback());
      }
    }
    Map<String, String> given = arguments(arguments, known);
    String file = given.remove("config");
    if (file != null) {
      readFile(Path.of(file), known, texts);
    }
    readEnvironment(environment, known, texts);
    texts.putAll(given);
    Map<String, Object> values = new LinkedHashMap<>();
    for (Key<?> key : keys) {
      values.put(key.name(), value(key, texts.get(key.name())));
    }
    return new Settings(values);
  }

  /** The value of a key that was among those loaded. */
  @SuppressWarnings("unchecked") // the value was made by this key's own parser
  public <T> T get(Key<T> key) {
    Object value = values.get(key.name());
    if (value == null) {
      throw new IllegalArgumentException(key.name() + " was not among the keys loaded");
    }
    return (T) value;
  }

  /** The table for {@code --help}: name, default, doc. */
  public static String help(List<Key<?>> keys) {
    StringBuilder text = new StringBuilder();
    for (Key<?> key : keys) {
      String fallback = key.fallback();
      text.append("  --").append(key.name()).append('=').append(key.shape()).append('\n');
      text.append("      ").append(key.doc());
      if (fallback == null) {
        text.append(" Required.");
      } else if (!fallback.isEmpty()) {
        text.append(" Default: ").append(fallback).append('.');
      }
      text.append(" Environment: ").append(variable(key.name())).append(".\n");
    }
    return text.toString();
  }

  private static Object value(Key<?> key, @Nullable String text) {
    if (text == null) {
      throw new SettingsException(
          key.name() + " is not set: give --" + key.name() + "=" + key.shape());
    }
    try {
      return key.parse().apply(text);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(key.name() + "=" + text + " is wrong: must be " + key.shape());
    }
  }

  private static Map<String, String> arguments(List<String> arguments, Map<String, Key<?>> known) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (!argument.startsWith("--") || equals < 0) {
        // Without what stands behind the name: it may be a secret, and this goes into logs.
        String shown = equals < 0 ? argument : argument.substring(0, equals);
        throw new SettingsException(shown + " is wrong: write --name=value");
      }
      String name = argument.substring(2, equals);
      if (!name.equals("config") && !known.containsKey(name)) {
        throw unknown("--" + name);
      }
      given.put(name, argument.substring(equals + 1));
    }
    return given;
  }

  private static void readFile(Path file, Map<String, Key<?>> known, Map<String, String> texts) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new SettingsException("config=" + file + " cannot be read");
    }
    for (String name : properties.stringPropertyNames()) {
      if (!known.containsKey(name)) {
        throw unknown(name + " in " + file);
      }
      texts.put(name, properties.getProperty(name).strip());
    }
  }

  private static void readEnvironment(
      Map<String, String> environment, Map<String, Key<?>> known, Map<String, String> texts) {
    Map<String, String> names = new LinkedHashMap<>();
    known.keySet().forEach(name -> names.put(variable(name), name));
    environment.forEach((variable, value) -> {
      if (variable.startsWith(PREFIX) && !FOREIGN.contains(variable)) {
        String name = names.get(variable);
        if (name == null) {
          throw unknown(variable);
        }
        texts.put(name, value);
      }
    });
  }

  private static String variable(String name) {
    return PREFIX + name.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private static SettingsException unknown(String name) {
    return new SettingsException(name + " is no setting of this service: see --help");
  }
}
