package io.tailrace.catchup.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tailrace.schemas.name.Channel;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes cursors unreadable: the place where a snapshot goes on may be behind an entity that the
 * reader may not know of, that of receipts behind somebody who has left. AES-GCM, bound to the
 * channel, with a nonce made from the text itself, so that every process of an installation gives
 * the same cursor for the same place. Thread: any.
 */
public final class CursorSeal {
  private static final String AES = "AES/GCM/NoPadding";
  private static final String HMAC = "HmacSHA256";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final SecretKeySpec key;
  private final SecretKeySpec nonceKey;

  /** With 32 secret bytes that all processes of an installation share. */
  public CursorSeal(byte[] secret) {
    this.key = new SecretKeySpec(Arrays.copyOf(secret, 16), "AES");
    this.nonceKey = new SecretKeySpec(Arrays.copyOfRange(secret, 16, 32), HMAC);
  }

  /** Seals ASCII text for one channel. */
  public String seal(Channel channel, String text) {
    byte[] plain = text.getBytes(US_ASCII);
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(nonceKey);
      mac.update(channel.full().getBytes(US_ASCII));
      mac.update((byte) 0);
      byte[] nonce = Arrays.copyOf(mac.doFinal(plain), NONCE);
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, channel, nonce).doFinal(plain);
      byte[] all = Arrays.copyOf(nonce, NONCE + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE, sealed.length);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot seal", e);
    }
  }

  /** The text; null where it was not sealed here for this channel. */
  public @Nullable String open(Channel channel, String cursor) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(cursor);
      if (all.length < NONCE + TAG_BITS / 8) {
        return null;
      }
      byte[] nonce = Arrays.copyOf(all, NONCE);
      byte[] plain =
          cipher(Cipher.DECRYPT_MODE, channel, nonce).doFinal(all, NONCE, all.length - NONCE);
      return new String(plain, US_ASCII);
    } catch (IllegalArgumentException | AEADBadTagException _) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot open what it has sealed", e);
    }
  }

  private Cipher cipher(int mode, Channel channel, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(AES);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(channel.full().getBytes(US_ASCII));
    return cipher;
  }
}
