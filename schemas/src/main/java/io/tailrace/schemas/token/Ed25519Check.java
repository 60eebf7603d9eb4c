package io.tailrace.schemas.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * EdDSA over Ed25519 (RFC 8037) with the JDK's own signatures; the JWT library's verifier wants
 * another cryptographic library for it.
 */
final class Ed25519Check extends BaseJWSProvider implements JWSVerifier {
  /** What stands before the 32 bytes of a key in its X.509 form (RFC 8410, section 4). */
  private static final byte[] X509_BEFORE = HexFormat.of().parseHex("302a300506032b6570032100");

  private final PublicKey key;

  Ed25519Check(OctetKeyPair jwk) throws JOSEException {
    super(Set.of(JWSAlgorithm.EdDSA));
    byte[] x = jwk.getDecodedX();
    byte[] encoded = Arrays.copyOf(X509_BEFORE, X509_BEFORE.length + x.length);
    System.arraycopy(x, 0, encoded, X509_BEFORE.length, x.length);
    try {
      key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new JOSEException("no Ed25519 key", e);
    }
  }

  @Override
  public boolean verify(JWSHeader header, byte[] signingInput, Base64URL signature)
      throws JOSEException {
    if (!supportedJWSAlgorithms().contains(header.getAlgorithm())
        || header.getCriticalParams() != null) {
      return false;
    }
    try {
      Signature check = Signature.getInstance("Ed25519");
      check.initVerify(key);
      check.update(signingInput);
      return check.verify(signature.decode());
    } catch (SignatureException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new JOSEException("Ed25519 cannot be checked", e);
    }
  }
}
