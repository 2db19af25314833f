import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 15_000;
const STEP_MS = 10;

/** Polls for a condition that other processes bring about. */
export async function eventually(
  what: string | (() => string),
  holds: () => boolean,
  limitMs = LIMIT_MS,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > end)
      throw new Error(`not in ${limitMs} ms: ${typeof what === 'string' ? what : what()}`);
    await sleep(STEP_MS);
  }
}
