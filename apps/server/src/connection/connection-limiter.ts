/** Limits how many connections are accepted: by address, before authentication, and per second. */
import type { Configuration } from '../configuration/configuration.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { HandshakeRateLimiter } from '../rate-limits/handshake-rate-limiter.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import type { UpgradeRefusal } from '../transports/upgrade.ts';
import type { ConnectionRegistry } from './connection-registry.ts';

export interface ConnectionLimiterOptions {
  readonly limits: Pick<Configuration['limits'], 'connectionsPerAddress' | 'hellosPerSecond'>;
  readonly connections: ConnectionRegistry;
  /** Who a client is cannot be found out now. */
  readonly isCutOff: () => boolean;
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export class ConnectionLimiter implements Disposable {
  readonly #connectionsPerAddress: number;
  readonly #connections: ConnectionRegistry;
  readonly #isCutOff: () => boolean;
  readonly #handshakes: HandshakeRateLimiter;
  readonly #metrics: Metrics;
  readonly #log: Log;

  constructor(options: ConnectionLimiterOptions) {
    const { limits, connections, isCutOff, wheel, clock, metrics, log } = options;
    this.#connectionsPerAddress = limits.connectionsPerAddress;
    this.#connections = connections;
    this.#isCutOff = isCutOff;
    this.#handshakes = new HandshakeRateLimiter({
      perSecond: limits.hellosPerSecond,
      wheel,
      clock,
    });
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Runs `accept` now, or in its turn. @returns the refusal when there are too many connections. */
  tryAccept(address: string | null, accept: () => void): UpgradeRefusal | null {
    const refusal = this.#tryAccept(address, accept);
    if (refusal !== null) this.#metrics.connectionAttempts.add(`${refusal.status}`);
    return refusal;
  }

  onUpgradeRefused(address: string | null, { status, sentence }: UpgradeRefusal): void {
    this.#log.info({ address, status, reason: sentence }, 'refusing connection');
    this.#metrics.connectionAttempts.add(`${status}`);
  }

  [Symbol.dispose](): void {
    this.#handshakes[Symbol.dispose]();
  }

  #tryAccept(address: string | null, accept: () => void): UpgradeRefusal | null {
    if (this.#connections.state === 'draining')
      return { status: 503, sentence: 'The server restarts. Come back in a moment.' };
    if (this.#isCutOff())
      return {
        status: 503,
        sentence: 'The server does not reach its database. Come back in a moment.',
      };
    if (
      this.#connections.countOfAddress(address) >= this.#connectionsPerAddress ||
      !this.#connections.hasRoomFor(address)
    ) {
      this.#log.warn({ address, reason: 'connections-per-address' }, 'refusing connection');
      this.#metrics.rateLimited.add('connections');
      return { status: 429, sentence: 'Too many connections from this address.' };
    }
    if (this.#handshakes.tryEnter(accept)) return null;
    this.#metrics.rateLimited.add('hellos');
    return { status: 503, sentence: 'Many people connect at once. Come back in a moment.' };
  }
}
