/**
 * The way to the text of unconfirmed work. Its code is loaded apart, but as soon as the page has nothing better
 * to do: once it is needed, the network may be gone, or a newer version in its place.
 */
export const lazyExport = () => import('./work-text.ts');

/** How long a page that is never idle, or a browser that cannot tell, may put it off. */
const LATEST_MS = 5_000;

export function loadExportWhenIdle(
  load: () => Promise<unknown> = lazyExport,
  { requestIdleCallback }: Partial<Pick<Window, 'requestIdleCallback'>> = globalThis,
): void {
  // Asked for again when it is needed.
  const now = () => void load().catch(() => undefined);
  if (requestIdleCallback === undefined) setTimeout(now, LATEST_MS);
  else requestIdleCallback(now, { timeout: LATEST_MS });
}
