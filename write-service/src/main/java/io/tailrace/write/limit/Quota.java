package io.tailrace.write.limit;

/**
 * Where a caller stands with one limit, as the fields {@code RateLimit} and {@code
 * RateLimit-Policy} of draft-ietf-httpapi-ratelimit-headers-10 tell it.
 *
 * @param policy name of the limit: the kind, and whether it is the user's or the tenant's
 * @param perSecond events that the policy allows per second, and at once
 * @param remaining events that would be taken now
 * @param fullInSeconds when the whole second's worth is there again, rounded up
 */
public record Quota(String policy, long perSecond, long remaining, long fullInSeconds) {
  /** Value of the field {@code RateLimit-Policy}. */
  public String policyField() {
    return '"' + policy + "\";q=" + perSecond + ";w=1";
  }

  /** Value of the field {@code RateLimit}. */
  public String stateField() {
    return '"' + policy + "\";r=" + remaining + ";t=" + fullInSeconds;
  }
}
