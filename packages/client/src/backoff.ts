/** Delays before repeated attempts, which double up to a cap. */
import { RECONNECT_BASE_MS, RECONNECT_CAP_MS, RECONNECT_FIRST_MS } from '@tandem/protocol';
import type { Random } from './environment.ts';

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  /**
   * Full jitter: a delay is drawn between 0 and its bound, so that the clients of a restarted server
   * do not return all at once.
   */
  readonly random?: Random;
}

const MAX_DOUBLINGS = 32;

/** @param attempt counts from 0 */
export function backoffMs({ baseMs, capMs, random }: Backoff, attempt: number): number {
  const boundMs = baseMs * 2 ** Math.min(attempt, MAX_DOUBLINGS);
  return Math.min(capMs, random === undefined ? boundMs : random.next() * boundMs);
}

/** The delay before a reconnect (W9); attempt 0 is the first after a loss. */
export function reconnectDelayMs(attempt: number, random: Random): number {
  if (attempt === 0) return random.next() * RECONNECT_FIRST_MS;
  return backoffMs({ baseMs: RECONNECT_BASE_MS, capMs: RECONNECT_CAP_MS, random }, attempt);
}
