/** @returns the path, if it is one of this server; otherwise the first page. Nobody is led to another site. */
export function ownPath(to = '/'): string {
  const base = 'http://here';
  const url = URL.canParse(to, base) ? new URL(to, base) : null;
  // Normalised, `/.//elsewhere` is `//elsewhere`, which is another site's address.
  const isOwn = url?.origin === base && to.startsWith('/') && !url.pathname.startsWith('//');
  return isOwn ? url.pathname + url.search : '/';
}
