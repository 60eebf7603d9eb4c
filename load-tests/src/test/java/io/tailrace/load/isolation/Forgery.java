package io.tailrace.load.isolation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens that a member of one tenant can make to look like another's: all but the other's keys is
 * known to them. Made by hand, since a library refuses to make most of them.
 */
final class Forgery {
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  private final String tenant;
  private final String user;
  private final byte[] ownSecret;
  private final PrivateKey ownKey;
  private final byte[] publicKey;

  /**
   * Who forges, and what for.
   *
   * @param tenant whose tokens these pretend to be
   * @param user whom they pretend to be
   * @param ownSecret that signs rightly for another tenant
   * @param ownKey an RSA key that signs rightly for a third one
   * @param publicKey bytes that everybody knows, as a secret
   */
  Forgery(String tenant, String user, byte[] ownSecret, PrivateKey ownKey, byte[] publicKey) {
    this.tenant = tenant;
    this.user = user;
    this.ownSecret = ownSecret.clone();
    this.ownKey = ownKey;
    this.publicKey = publicKey.clone();
  }

  /** By what each tries. */
  Map<String, String> all(String ownToken, String ownTenant) {
    long exp = Instant.now().getEpochSecond() + 600;
    String theirs = claims("\"tenant\":\"" + tenant + "\",\"exp\":" + exp);
    String[] own = ownToken.split("\\.", -1);
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String alg : new String[] {"none", "None", "NONE", "nOnE", "", "HS512", "hs256", "null"}) {
      tokens.put("alg " + alg + " unsigned", part(head(alg)) + "." + part(theirs) + ".");
      tokens.put("alg " + alg + " own secret", hmac(head(alg), theirs, ownSecret));
    }
    tokens.put("own secret", hmac(head("HS256"), theirs, ownSecret));
    tokens.put("empty signature", part(head("HS256")) + "." + part(theirs) + ".");
    tokens.put("own signature", part(head("HS256")) + "." + part(theirs) + "." + own[2]);
    tokens.put("own head and signature", own[0] + "." + part(theirs) + "." + own[2]);
    tokens.put("public key as secret", hmac(head("HS256"), theirs, publicKey));
    tokens.put("empty-ish secret", hmac(head("HS256"), theirs, new byte[32]));
    tokens.put("tenant's name as secret", hmac(head("HS256"), theirs, tenant.getBytes(UTF_8)));
    tokens.put("RS256 by own key", rsa(head("RS256"), theirs));
    tokens.put("HS256 head, RSA signature", rsa(head("HS256"), theirs));
    String[] kids = {
      tenant,
      ownTenant,
      "../" + ownTenant,
      "/dev/null",
      "../../../../dev/null",
      "' or '1'='1",
      "",
      "https://evil.example/keys",
      "\\u0000",
      "rosa-1",
      "*"
    };
    for (String kid : kids) {
      String more = ",\"kid\":\"" + kid + "\"";
      tokens.put("kid " + kid, hmac(head("HS256", more), theirs, ownSecret));
      tokens.put("kid " + kid + " RS256", rsa(head("RS256", more), theirs));
    }
    String oct = "{\"kty\":\"oct\",\"k\":\"" + URL.encodeToString(ownSecret) + "\"}";
    for (String more :
        new String[] {
          ",\"jwk\":" + oct,
          ",\"jku\":\"http://127.0.0.1:1/keys\"",
          ",\"x5u\":\"http://127.0.0.1:1/\"",
          ",\"x5c\":[\"MIIB\"]",
          ",\"crit\":[\"exp\"],\"exp\":" + exp,
          ",\"b64\":false,\"crit\":[\"b64\"]",
          ",\"alg\":\"none\"",
          ",\"typ\":[]",
          ",\"kid\":7"
        }) {
      tokens.put("head with " + more, hmac(head("HS256", more), theirs, ownSecret));
    }
    claims(exp, ownTenant)
        .forEach((what, body) -> tokens.put(what, hmac(head("HS256"), body, ownSecret)));
    oddButOwn(exp, ownTenant)
        .forEach((what, body) -> tokens.put("own, " + what, hmac(head("HS256"), body, ownSecret)));
    odd(theirs).forEach(tokens::put);
    return tokens;
  }

  /** Bodies that name two tenants, or theirs in another way, signed rightly for the own one. */
  private Map<String, String> claims(long exp, String ownTenant) {
    String until = ",\"exp\":" + exp;
    String theirs = "\"tenant\":\"" + tenant + "\"";
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("twice, theirs last", claims("\"tenant\":\"" + ownTenant + "\"," + theirs + until));
    bodies.put(
        "as a list", claims("\"tenant\":[\"" + ownTenant + "\",\"" + tenant + "\"]" + until));
    bodies.put("as an object", claims("\"tenant\":{\"0\":\"" + tenant + "\"}" + until));
    bodies.put("upper case", claims("\"Tenant\":\"" + tenant + "\"" + until));
    bodies.put("with a slash", claims("\"tenant\":\"" + ownTenant + "/" + tenant + "\"" + until));
    bodies.put("path", claims("\"tenant\":\"../" + tenant + "\"" + until));
    bodies.put("NUL", claims("\"tenant\":\"" + tenant + "\\u0000\"" + until));
    bodies.put("space", claims("\"tenant\":\" " + tenant + "\"" + until));
    bodies.put(
        "capitals", claims("\"tenant\":\"" + tenant.toUpperCase(Locale.ROOT) + "\"" + until));
    bodies.put("escaped", claims("\"tenant\":\"\\u0061" + tenant.substring(1) + "\"" + until));
    bodies.put("look-alike", claims("\"tenant\":\"\u0430" + tenant.substring(1) + "\"" + until));
    bodies.put("missing exp", claims(theirs));
    bodies.put("exp in the far future", claims(theirs + ",\"exp\":" + Long.MAX_VALUE));
    bodies.put("exp as text", claims(theirs + ",\"exp\":\"" + exp + "\""));
    bodies.put("exp huge", claims(theirs + ",\"exp\":1e300"));
    bodies.put("own exp gone", claims(theirs + ",\"exp\":1"));
    bodies.put("other aud and iss", claims(theirs + ",\"aud\":\"x\",\"iss\":\"y\"" + until));
    bodies.put("null roles", claims(theirs + ",\"roles\":[null],\"channels\":[null]" + until));
    bodies.put("deep", claims(theirs + ",\"x\":" + "[".repeat(2500) + "]".repeat(2500) + until));
    bodies.put("long", claims(theirs + ",\"x\":\"" + "x".repeat(200_000) + "\"" + until));
    return bodies;
  }

  /** Signed rightly for the own tenant: they are refused or give what is that tenant's. */
  private Map<String, String> oddButOwn(long exp, String ownTenant) {
    String own = "\"tenant\":\"" + ownTenant + "\"";
    String until = own + ",\"exp\":" + exp;
    Map<String, String> bodies = new LinkedHashMap<>();
    bodies.put("null in roles", claims(until + ",\"roles\":[null]"));
    bodies.put("null in channels", claims(until + ",\"channels\":[null]"));
    bodies.put("roles twice", claims(until + ",\"roles\":[\"admin\",\"admin\"]"));
    bodies.put("roles of numbers", claims(until + ",\"roles\":[1,{},[]]"));
    bodies.put("channels of theirs", claims(until + ",\"channels\":[\"" + tenant + "/*\"]"));
    bodies.put("device list", claims(until + ",\"device\":[]"));
    bodies.put("exp huge", claims(own + ",\"exp\":1e300"));
    bodies.put("exp overflows", claims(own + ",\"exp\":" + Long.MAX_VALUE));
    bodies.put("exp underflows", claims(own + ",\"exp\":" + Long.MIN_VALUE));
    bodies.put("exp fraction", claims(own + ",\"exp\":" + exp + ".5"));
    bodies.put("nbf text", claims(until + ",\"nbf\":\"x\""));
    bodies.put("aud of numbers", claims(until + ",\"aud\":[1,null]"));
    bodies.put("deep", claims(until + ",\"x\":" + "[".repeat(2500) + "]".repeat(2500)));
    bodies.put("sub of theirs", "{\"sub\":\"../" + tenant + "/" + user + "\"," + until + "}");
    bodies.put("sub object", "{\"sub\":{}," + until + "}");
    return bodies;
  }

  /** What is hardly a token. */
  private Map<String, String> odd(String theirs) {
    String whole = hmac(head("HS256"), theirs, ownSecret);
    Map<String, String> tokens = new LinkedHashMap<>();
    tokens.put("five parts", whole + ".a.b");
    tokens.put("two parts", part(head("HS256")) + "." + part(theirs));
    tokens.put("dots", "..");
    tokens.put("a lone dot", ".");
    tokens.put("no base64", "!!.??.**");
    tokens.put("deep head", hmac("[".repeat(2000), theirs, ownSecret));
    tokens.put("null parts", part("null") + "." + part("null") + "." + part("null"));
    tokens.put("list parts", part("[]") + "." + part("[]") + ".");
    tokens.put("padded", whole.replace(".", "=.") + "==");
    tokens.put("standard base64", whole.replace('-', '+').replace('_', '/'));
    tokens.put("two tokens", whole + "," + whole);
    return tokens;
  }

  private String claims(String members) {
    return "{\"sub\":\"" + user + "\"," + members + "}";
  }

  private static String head(String alg) {
    return head(alg, "");
  }

  private static String head(String alg, String more) {
    return "{\"alg\":" + (alg.equals("null") ? "null" : "\"" + alg + "\"") + more + "}";
  }

  private static String part(String json) {
    return URL.encodeToString(json.getBytes(UTF_8));
  }

  /** Signed with HMAC and SHA-256, whatever the head says. */
  static String hmac(String head, String claims, byte[] secret) {
    String signed = part(head) + "." + part(claims);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return signed + "." + URL.encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signed with RSA and SHA-256, whatever the head says. */
  private String rsa(String head, String claims) {
    String signed = part(head) + "." + part(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(ownKey);
      signature.update(signed.getBytes(UTF_8));
      return signed + "." + URL.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
