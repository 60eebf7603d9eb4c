package io.tailrace.schemas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.schemas.config.Settings;
import io.tailrace.schemas.config.SettingsException;
import io.tailrace.schemas.config.SharedKeys;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPolicyTest {
  private static final OriginPolicy POLICY =
      new OriginPolicy(List.of("https://app.example.com", "http://localhost:5173"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "on the list                   | https://app.example.com          | -           | true",
        "on the list, with its port    | http://localhost:5173            | -           | true",
        "the server's own              | https://api.example.com:8443     | -           | true",
        "no web page                   | -                                | -           | true",
        "the server's own page, an image | -                              | same-origin | true",
        "typed into the address bar    | -                                | none        | true",
        "another site's image          | -                                | cross-site  | false",
        "a sister's image              | -                                | same-site   | false",
        "a sandbox                     | null                             | cross-site  | false",
        "the name goes on              | https://app.example.com.evil.org | -           | false",
        "the name begins before        | https://evilapp.example.com      | -           | false",
        "a name below                  | https://x.app.example.com        | -           | false",
        "another scheme                | http://app.example.com           | -           | false",
        "another port                  | https://app.example.com:8443     | -           | false",
        "the own host, another port    | https://api.example.com          | -           | false",
        "the own host, plainly         | http://api.example.com:8443      | -           | false",
        "another case                  | https://APP.example.com          | -           | false",
        "a path                        | https://app.example.com/         | -           | false",
        "a user                        | https://app.example.com@evil.org | -           | false",
        "nothing                       | ''                               | -           | false"
      })
  void whoMayCall(String what, String origin, String site, boolean may) {
    assertEquals(may, POLICY.allows(origin, site, "https", "api.example.com:8443"), what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "*",
        "https://*.example.com",
        "app.example.com",
        "https://app.example.com/",
        "https://App.example.com",
        "https://app.example.com:443",
        "http://app.example.com:80",
        "https://user@app.example.com",
        "https://"
      })
  void anOriginThatNoBrowserSendsIsRefusedAtTheStart(String origin) {
    SettingsException refused =
        assertThrows(
            SettingsException.class,
            () ->
                Settings.load(
                    List.of(SharedKeys.ORIGINS), List.of("--origins=" + origin), Map.of()));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("origins=" + origin + " is wrong"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "https://app.example.com", "http://localhost:5173, capacitor://localhost"})
  void originsAsBrowsersSendThemAreTaken(String origins) {
    Settings.load(List.of(SharedKeys.ORIGINS), List.of("--origins=" + origins), Map.of());
  }
}
