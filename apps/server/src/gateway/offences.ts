/**
 * Updates that were refused because they would do harm, counted by who sent them. Honest clients send
 * none, but each may cost the document's other writers the time in which it is built anew. So a few
 * are answered, then the sender's connections are closed and new ones have to wait, longer each time.
 */
import {
  BAR_CAP_MS,
  BAR_FIRST_MS,
  MAX_REMEMBERED_OFFENDERS,
  OFFENCES_PER_ADDRESS,
  OFFENCES_PER_USER,
  OFFENCES_WINDOW_MS,
} from '../limits.ts';
import { TokenBucket } from './token-bucket.ts';

/** Null where it cannot be told apart from others: nobody is counted by it. */
export interface Sender {
  readonly user: string | null;
  readonly address: string | null;
}

interface Offender {
  readonly bucket: TokenBucket;
  /** Offences beyond what is tolerated, in a row. */
  excess: number;
  barredUntilMs: number;
}

export class Offences {
  /** Oldest first. */
  readonly #offenders = new Map<string, Offender>();

  /** Counts one. @returns `excess` when the connection is to be closed. */
  add(sender: Sender, nowMs: number): 'tolerated' | 'excess' {
    const outcomes = keysOf(sender).map(([key, burst]) => {
      const offender = this.#offender(key, { burst, nowMs });
      if (offender.bucket.take(1, nowMs)) return 'tolerated';
      if (nowMs - offender.barredUntilMs > OFFENCES_WINDOW_MS) offender.excess = 0;
      const barMs = Math.min(BAR_CAP_MS, BAR_FIRST_MS * 2 ** Math.min(offender.excess++, 16));
      offender.barredUntilMs = Math.max(offender.barredUntilMs, nowMs + barMs);
      return 'excess';
    });
    return outcomes.includes('excess') ? 'excess' : 'tolerated';
  }

  /** How long this sender may open no connection. */
  waitMs(sender: Sender, nowMs: number): number {
    const waits = keysOf(sender).map(
      ([key]) => (this.#offenders.get(key)?.barredUntilMs ?? nowMs) - nowMs,
    );
    return Math.max(0, ...waits);
  }

  #offender(
    key: string,
    { burst, nowMs }: { readonly burst: number; readonly nowMs: number },
  ): Offender {
    let offender = this.#offenders.get(key);
    if (offender === undefined) {
      const perSecond = (burst * 1_000) / OFFENCES_WINDOW_MS;
      const bucket = new TokenBucket({ perSecond, burst, nowMs });
      offender = { bucket, excess: 0, barredUntilMs: Number.NEGATIVE_INFINITY };
      this.#offenders.set(key, offender);
      const oldest = this.#offenders.keys().next().value;
      if (this.#offenders.size > MAX_REMEMBERED_OFFENDERS && oldest !== undefined)
        this.#offenders.delete(oldest);
    }
    return offender;
  }
}

/** What a sender is counted by, each with how many are tolerated in a window. */
function keysOf({ user, address }: Sender): (readonly [key: string, burst: number])[] {
  return [
    ...(user === null ? [] : [[`user ${user}`, OFFENCES_PER_USER] as const]),
    ...(address === null ? [] : [[`address ${address}`, OFFENCES_PER_ADDRESS] as const]),
  ];
}
