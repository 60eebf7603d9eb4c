/**
 * What a token says of itself. Nothing is verified: the server does that; this only tells when to fetch the next one.
 */

/** @returns {number | null} milliseconds since 1970; null where the token does not say */
export function expiryOf(token) {
  try {
    const part = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const { exp } = JSON.parse(atob(part));
    return Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}
