/** The delay before retry `attempt`, counted from 0: doubles each time up to a cap. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  /** Part of the delay that is random, from 0 to 1, so that many clients do not retry at the same moment. */
  readonly jitter?: number;
}

export function backoffMs(
  { baseMs, capMs, jitter = 0 }: Backoff,
  attempt: number,
  random: () => number = Math.random,
): number {
  const delayMs = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 32));
  return jitter === 0 ? delayMs : delayMs * (1 - jitter * random());
}
