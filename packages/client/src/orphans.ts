/** What a page has left on this device: another delivers it when the one that made it has had its time. */

/** What another page has made so recently is still its own to deliver. */
export const ORPHAN_AFTER_MS = 15_000;

/** @param now the device's clock, which may have been set back since: what is from the future is nobody's any more */
export function isOrphaned({ at }: { readonly at: number }, now: number): boolean {
  return Math.abs(now - at) >= ORPHAN_AFTER_MS;
}
