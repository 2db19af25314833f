/** Work that a page left on this device: another page delivers it after a grace period. */

/** Newer work is still delivered by the page that made it. */
export const ORPHAN_AFTER_MS = 15_000;

/** @param now the device's clock, which may have been set back: work from the future is orphaned */
export function isOrphaned({ at }: { readonly at: number }, now: number): boolean {
  return Math.abs(now - at) >= ORPHAN_AFTER_MS;
}
