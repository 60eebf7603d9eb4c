/** Who is in one channel, as the server tells it. Pure. */

/** Nothing is known yet. */
export const UNKNOWN = Object.freeze({ known: false, count: 0, sampled: false, members: Object.freeze([]) });

/**
 * A `presence` frame came: a whole state, or what has changed since the frame before it.
 * @param {object} room see `Presence` in index.d.ts
 * @param {object} frame
 * @returns {object} the same object where a change came before any whole state
 */
export function apply(room, { full, count, sampled, joined, updated, left }) {
  if (full === true) {
    return { known: true, count, sampled: sampled === true, members: joined };
  }
  if (!room.known) {
    return room;
  }
  const members = new Map(room.members.map((member) => [member.user, member]));
  for (const { user } of left) {
    members.delete(user);
  }
  for (const member of [...updated, ...joined]) {
    members.set(member.user, member);
  }
  return { known: true, count, sampled: false, members: [...members.values()] };
}
