/**
 * What a browser says of its page and its network; nothing anywhere else.
 *
 * @param {{back: () => void, leaving: () => void}} tell `back`: the network or the page is there again, also after the
 *     page was frozen; `leaving`: the page may never run again
 * @returns {() => void} stops it
 */
export function watchPage({ back, leaving }) {
  const page = globalThis.document;
  const shown = () => (page.visibilityState === 'visible' ? back() : leaving());
  const heard = [
    [globalThis, 'online', back],
    [globalThis, 'pageshow', back],
    [globalThis, 'pagehide', leaving],
    [page, 'resume', back],
    [page, 'visibilitychange', shown],
  ].filter(([target]) => target?.addEventListener !== undefined);
  heard.forEach(([target, name, listener]) => target.addEventListener(name, listener));
  return () => heard.forEach(([target, name, listener]) => target.removeEventListener(name, listener));
}
