/**
 * Updates that were refused because they would do harm, counted by who sent them. Honest clients send
 * none, but each may cost the document's other writers the time in which it is built anew. So a few
 * are answered, then the sender's connections are closed and new ones have to wait, longer each time.
 */
import { VIOLATIONS } from '../limits.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';

/** Null where it cannot be told apart from others: nobody is counted by it. */
export interface Sender {
  readonly user: string | null;
  readonly address: string | null;
}

interface Violator {
  readonly bucket: TokenBucket;
  /** Offences beyond what is tolerated, in a row. */
  excess: number;
  bannedUntilMs: number;
}

export class ViolationTracker {
  /** Oldest first. */
  readonly #violators = new Map<string, Violator>();

  /** Counts one. @returns `excess` when the connection is to be closed. */
  add(sender: Sender, nowMs: number): 'tolerated' | 'excess' {
    const outcomes = keysOf(sender).map(([key, burst]) => {
      const violator = this.#violator(key, { burst, nowMs });
      if (violator.bucket.take(1, nowMs)) return 'tolerated';
      if (nowMs - violator.bannedUntilMs > VIOLATIONS.windowMs) violator.excess = 0;
      const banMs = Math.min(
        VIOLATIONS.banCapMs,
        VIOLATIONS.banFirstMs * 2 ** Math.min(violator.excess++, 16),
      );
      violator.bannedUntilMs = Math.max(violator.bannedUntilMs, nowMs + banMs);
      return 'excess';
    });
    return outcomes.includes('excess') ? 'excess' : 'tolerated';
  }

  /** How long this sender may open no connection. */
  waitMs(sender: Sender, nowMs: number): number {
    const waits = keysOf(sender).map(
      ([key]) => (this.#violators.get(key)?.bannedUntilMs ?? nowMs) - nowMs,
    );
    return Math.max(0, ...waits);
  }

  #violator(
    key: string,
    { burst, nowMs }: { readonly burst: number; readonly nowMs: number },
  ): Violator {
    let violator = this.#violators.get(key);
    if (violator === undefined) {
      const perSecond = (burst * 1_000) / VIOLATIONS.windowMs;
      const bucket = new TokenBucket({ perSecond, burst, nowMs });
      violator = { bucket, excess: 0, bannedUntilMs: Number.NEGATIVE_INFINITY };
      this.#violators.set(key, violator);
      const oldest = this.#violators.keys().next().value;
      if (this.#violators.size > VIOLATIONS.maxTracked && oldest !== undefined)
        this.#violators.delete(oldest);
    }
    return violator;
  }
}

/** What a sender is counted by, each with how many are tolerated in a window. */
function keysOf({ user, address }: Sender): (readonly [key: string, burst: number])[] {
  return [
    ...(user === null ? [] : [[`user ${user}`, VIOLATIONS.maxPerUser] as const]),
    ...(address === null ? [] : [[`address ${address}`, VIOLATIONS.maxPerAddress] as const]),
  ];
}
