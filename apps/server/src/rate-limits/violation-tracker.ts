/**
 * Counts harmful updates by user and by address. Honest clients send none, but each one may make the server
 * reload the document. A few are tolerated; then the sender's connections close and new ones are banned, for
 * longer each time (W19).
 */
import { LRUCache } from 'lru-cache';
import { VIOLATIONS } from '../limits.ts';
import { backoffMs } from '../runtime/backoff.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';

/** Null where many people share the value: they are not counted by it. */
export interface Sender {
  readonly user: string | null;
  readonly address: string | null;
}

interface Violator {
  readonly bucket: TokenBucket;
  excess: number;
  bannedUntilMs: number;
}

const BAN = { baseMs: VIOLATIONS.banFirstMs, capMs: VIOLATIONS.banCapMs };

export class ViolationTracker {
  readonly #violators = new LRUCache<string, Violator>({ max: VIOLATIONS.maxTracked });

  /** Counts a violation. @returns `excess` when the connection must be closed. */
  add(sender: Sender, nowMs: number): 'tolerated' | 'excess' {
    const outcomes = keysOf(sender).map(([key, burst]) => {
      const violator = this.#violator(key, { burst, nowMs });
      if (violator.bucket.take(1, nowMs)) return 'tolerated';
      if (nowMs - violator.bannedUntilMs > VIOLATIONS.windowMs) violator.excess = 0;
      const banMs = backoffMs(BAN, violator.excess++);
      violator.bannedUntilMs = Math.max(violator.bannedUntilMs, nowMs + banMs);
      return 'excess';
    });
    return outcomes.includes('excess') ? 'excess' : 'tolerated';
  }

  waitMs(sender: Sender, nowMs: number): number {
    const waits = keysOf(sender).map(
      ([key]) => (this.#violators.peek(key)?.bannedUntilMs ?? nowMs) - nowMs,
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
    }
    return violator;
  }
}

function keysOf({ user, address }: Sender): (readonly [key: string, burst: number])[] {
  return [
    ...(user === null ? [] : [[`user ${user}`, VIOLATIONS.maxPerUser] as const]),
    ...(address === null ? [] : [[`address ${address}`, VIOLATIONS.maxPerAddress] as const]),
  ];
}
