/**
 * Milliseconds since 1970 of an RFC 3339 UTC time with up to nine fractional digits. `Date.parse` stops at whole
 * milliseconds, too coarse where a few of them are what is measured.
 * @param {string} time such as 2026-11-25T04:30:26.123456Z
 */
export function parseTime(time) {
  const dot = time.indexOf('.');
  if (dot < 0) {
    return Date.parse(time);
  }
  const wholeSeconds = Date.parse(`${time.slice(0, dot)}Z`);
  return wholeSeconds + Number.parseFloat(`0${time.slice(dot, -1)}`) * 1000;
}
