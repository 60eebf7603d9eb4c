/** How things are said, in one place. */

const ms = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en');

/** @param {number} value milliseconds, of a measurement */
export function duration(value) {
  if (value < 100) {
    return `${ms.format(Math.max(value, 0))} ms`;
  }
  if (value < 1000) {
    return `${Math.round(value)} ms`;
  }
  if (value < 60_000) {
    return `${ms.format(value / 1000)} s`;
  }
  return `${Math.round(value / 60_000)} min`;
}

export const count = (n) => whole.format(n);
export const events = (n) => (n === 1 ? '1 event' : `${count(n)} events`);
export const range = (after, to) => `(${count(after)}, ${count(to)}]`;
export const timeOfDay = (epochMs) => new Date(epochMs).toLocaleTimeString([], { hour12: false });
/** Sixteen digits are read in groups of four. */
export const chain = (hex) => (hex === null ? '–' : hex.replace(/(.{4})(?=.)/g, '$1 '));
export const name = (user) => user.charAt(0).toUpperCase() + user.slice(1);

/** @param {string[]} users */
export function typing(users) {
  const names = users.map(name);
  return names.length === 0 ? '' : `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}

export const unread = (n) => (n === 0 ? '' : `${count(n)} unread`);
export const readBy = (user) => `read by ${name(user)}`;

/** @param {{known: boolean, count: number, sampled: boolean, members: {user: string, mode: string}[]}} presence */
export function here({ known, count: users, sampled, members }) {
  if (!known || users === 0) {
    return '–';
  }
  const each = members.map(({ user, mode }) => (mode === 'active' ? name(user) : `${name(user)} (${mode})`)).sort();
  return sampled ? `${count(users)}, such as ${each.join(', ')}` : each.join(', ');
}

const VIA = { replay: 'replayed from the window', history: 'read as HTTP pages' };
export const via = (how) => VIA[how];

/**
 * @param {{phase: string, seq: number, catchUpTo: number | null, problem: object | null}} state
 * @param {boolean} wasLive the events shown were live before: this is no first connect
 */
export function state({ phase, seq, catchUpTo, problem }, wasLive) {
  switch (phase) {
    case 'connecting':
    case 'cached':
      // that what is shown was held stands where it is read: below the messages
      return wasLive ? 'Reconnecting…' : 'Connecting…';
    case 'catchingUp':
      return `Catching up ${events(Math.max(catchUpTo - seq, 0))}`;
    case 'live':
      return 'Live';
    case 'degraded':
      return 'Live, a little late';
    default:
      return problem?.detail ?? 'Left';
  }
}
