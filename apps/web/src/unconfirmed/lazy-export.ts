/**
 * Loads the code that exports unconfirmed work, as soon as the page is idle: when a person needs it, the network may
 * be gone, or a newer version deployed.
 */
export const lazyExport = () => import('./work-text.ts');

/** Upper limit for the wait, also in browsers without `requestIdleCallback`. */
const LATEST_MS = 5_000;

export function loadExportWhenIdle(
  load: () => Promise<unknown> = lazyExport,
  { requestIdleCallback }: Partial<Pick<Window, 'requestIdleCallback'>> = globalThis,
): void {
  // A failed load is repeated when the code is needed.
  const now = () => void load().catch(() => undefined);
  if (requestIdleCallback === undefined) setTimeout(now, LATEST_MS);
  else requestIdleCallback(now, { timeout: LATEST_MS });
}
