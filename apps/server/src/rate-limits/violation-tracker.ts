/**
 * Counts harmful updates by user and by address. Honest clients send none, but each one may make the server
 * reload the document. A few are tolerated; then the sender's connections close and new ones are banned, for
 * longer each time (W19).
 */
import type { ErrorBody } from '@tandem/protocol';
import { LRUCache } from 'lru-cache';
import { VIOLATIONS } from '../limits.ts';
import { backoffMs } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
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

const USER = 'user ';
const ADDRESS = 'address ';

const BAN = { baseMs: VIOLATIONS.banFirstMs, capMs: VIOLATIONS.banCapMs };

export class ViolationTracker {
  readonly #clock: Clock;
  readonly #violators = new LRUCache<string, Violator>({ max: VIOLATIONS.maxTracked });
  #onTaken: ((key: string, amount: number) => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets the one listener, which is told about each violation: LI5. */
  onTaken(listener: (key: string, amount: number) => void): void {
    this.#onTaken = listener;
  }

  /** Counts a violation. @returns `excess` when the connection must be closed. */
  add(sender: Sender): 'tolerated' | 'excess' {
    const outcomes = keysOf(sender).map((key) => {
      this.#onTaken?.(key, 1);
      return this.#count(key);
    });
    return outcomes.includes('excess') ? 'excess' : 'tolerated';
  }

  /** Another node has counted so many, and this node bans the sender as that one does: LI5. */
  takenElsewhere(key: string, amount: number): void {
    for (let i = 0; i < amount && i <= burstOf(key); i++) this.#count(key);
  }

  waitMs(sender: Sender): number {
    const nowMs = this.#clock.monotonicMs();
    const waits = keysOf(sender).map(
      (key) => (this.#violators.peek(key)?.bannedUntilMs ?? nowMs) - nowMs,
    );
    return Math.max(0, ...waits);
  }

  #count(key: string): 'tolerated' | 'excess' {
    const nowMs = this.#clock.monotonicMs();
    const violator = this.#violator(key, nowMs);
    if (violator.bucket.take(1, nowMs)) return 'tolerated';
    if (nowMs - violator.bannedUntilMs > VIOLATIONS.windowMs) violator.excess = 0;
    const banMs = backoffMs(BAN, violator.excess++);
    violator.bannedUntilMs = Math.max(violator.bannedUntilMs, nowMs + banMs);
    return 'excess';
  }

  #violator(key: string, nowMs: number): Violator {
    let violator = this.#violators.get(key);
    if (violator === undefined) {
      const burst = burstOf(key);
      const perSecond = (burst * 1_000) / VIOLATIONS.windowMs;
      const bucket = new TokenBucket({ perSecond, burst, nowMs });
      violator = { bucket, excess: 0, bannedUntilMs: Number.NEGATIVE_INFINITY };
      this.#violators.set(key, violator);
    }
    return violator;
  }
}

/** Only these make the engine reload a document. */
export function isHarmful({ code }: ErrorBody): boolean {
  return code === 'invalid-update' || code === 'client-taken';
}

function keysOf({ user, address }: Sender): string[] {
  return [
    ...(user === null ? [] : [USER + user]),
    ...(address === null ? [] : [ADDRESS + address]),
  ];
}

function burstOf(key: string): number {
  return key.startsWith(USER) ? VIOLATIONS.maxPerUser : VIOLATIONS.maxPerAddress;
}
