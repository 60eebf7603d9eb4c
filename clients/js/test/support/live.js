/** A running system to test against, where the environment names one. */
export const LIVE_URL = process.env.TAILRACE_URL;
export const liveToken = process.env.TAILRACE_TOKEN;
export const isThere = () => Boolean(LIVE_URL && liveToken);
