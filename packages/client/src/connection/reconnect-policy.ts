/**
 * Reconnect delays with full jitter, so that the clients of a restarted server do not return all at
 * once.
 */
import { RECONNECT_BASE_MS, RECONNECT_CAP_MS, RECONNECT_FIRST_MS } from '@tandem/protocol';
import type { Random } from '../environment.ts';

/** @returns milliseconds to wait before `attempt`; 0 is the first after a loss */
export function reconnectDelay(attempt: number, random: Random): number {
  if (attempt === 0) return random.next() * RECONNECT_FIRST_MS;
  return Math.min(RECONNECT_CAP_MS, random.next() * RECONNECT_BASE_MS * 2 ** attempt);
}
