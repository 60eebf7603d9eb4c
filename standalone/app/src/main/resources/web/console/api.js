const KEY = 'tailrace-console-token';

/** The token of this tab; null where none was entered. */
export const token = () => sessionStorage.getItem(KEY);
export const remember = (given) => sessionStorage.setItem(KEY, given);
export const forget = () => sessionStorage.removeItem(KEY);

/** What the server would not answer, in its own words. */
export class Refused extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

/** Asks the console's interface; the token goes in a header. */
export async function ask(path) {
  let response;
  try {
    response = await fetch(`/console/api/${path}`, { headers: { Authorization: `Bearer ${token()}` }, cache: 'no-store' });
  } catch {
    throw new Error('The server does not answer');
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Refused(response.status, body.detail ?? `The server answered ${response.status}`);
  }
  return body;
}
