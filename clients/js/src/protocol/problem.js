/**
 * A refusal by the server, or a failure to reach it.
 *
 * `code` is stable and meant for programs, `message` says what to do, `status` is the HTTP status (0: no answer),
 * `retry` says whether the same request may succeed later.
 */
export class TailraceProblem extends Error {
  /** @param {{code: string, detail: string, status?: number, retry?: boolean, retryAfterMs?: number, body?: object}} problem */
  constructor({ code, detail, status = 0, retry = false, retryAfterMs = 0, body = {} }) {
    super(detail);
    this.name = 'TailraceProblem';
    this.code = code;
    this.status = status;
    this.retry = retry;
    this.retryAfterMs = retryAfterMs;
    this.body = body;
  }
}

/** Nobody answered: the network, or the server, is away. */
export function unreachable(cause) {
  return new TailraceProblem({
    code: 'unreachable',
    detail: `The server cannot be reached (${cause?.message ?? cause}). It is tried again.`,
    retry: true,
  });
}

const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Reads an error answer, `application/problem+json` or whatever a proxy put in its place.
 * @param {Response} response
 */
export async function problemOf(response) {
  let body = {};
  try {
    body = JSON.parse(await response.text());
  } catch {
    // a proxy's own page: the status has to do
  }
  const seconds = Number(response.headers.get('Retry-After'));
  return new TailraceProblem({
    code: body?.code ?? `http_${response.status}`,
    detail: body?.detail ?? `The server answered ${response.status}.`,
    status: response.status,
    retry: RETRIED.has(response.status),
    retryAfterMs: seconds > 0 ? seconds * 1000 : 0,
    body: body ?? {},
  });
}
