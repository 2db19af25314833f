/** Limits the messages and bytes that one connection sends. */
import { INGRESS } from '../limits.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';

export interface IngressLimits {
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
}

export class IngressRateLimiter {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;

  constructor({ messagesPerSecond, bytesPerSecond }: IngressLimits, nowMs: number) {
    const burst = messagesPerSecond * INGRESS.burstSeconds;
    this.#messages = new TokenBucket({ perSecond: messagesPerSecond, burst, nowMs });
    this.#bytes = new TokenBucket({ perSecond: bytesPerSecond, burst: INGRESS.burstBytes, nowMs });
  }

  /** A full limiter may be dropped: a new one behaves the same. */
  isFull(nowMs: number): boolean {
    return this.#messages.isFull(nowMs) && this.#bytes.isFull(nowMs);
  }

  take(what: 'messages' | 'bytes', amount: number, nowMs: number): boolean {
    return (what === 'messages' ? this.#messages : this.#bytes).take(amount, nowMs);
  }
}
