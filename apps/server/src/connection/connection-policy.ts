/** Rules for all connections of a server: who may connect, bans, and backpressure of the engine. */
import { errorOf, type ErrorBody, type User } from '@tandem/protocol';
import type { Authenticator } from '../accounts/authenticator.ts';
import { ANONYMOUS } from '../accounts/people.ts';
import type { Engine } from '../engine/port.ts';
import { CONNECTION_LIMITS } from '../limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { isHarmful, type Sender, type ViolationTracker } from '../rate-limits/violation-tracker.ts';
import type { Connection } from './connection.ts';
import type { ConnectionRegistry } from './connection-registry.ts';

export interface ConnectionPolicyOptions {
  readonly connections: ConnectionRegistry;
  readonly connectionsPerUser: number;
  readonly authenticator: Authenticator;
  readonly isFull: Engine['isFull'];
  readonly metrics: Metrics;
  readonly violations: ViolationTracker;
}

export class ConnectionPolicy {
  readonly #options: ConnectionPolicyOptions;

  constructor(options: ConnectionPolicyOptions) {
    this.#options = options;
  }

  /** Counts the connection as this user's. @returns an error when the user is banned or has too many. */
  authenticate(connection: Connection, user: User): ErrorBody | null {
    const { connections, connectionsPerUser, metrics, violations } = this.#options;
    const waitMs = violations.waitMs(senderOf(connection, user));
    if (waitMs > 0) {
      return errorOf('too-many', {
        detail: 'Too many changes were refused. Your text is kept on this device; come back later.',
        retryAfterMs: Math.ceil(waitMs),
      });
    }
    if (user.id === ANONYMOUS.id && this.#options.authenticator.isSignInRequired)
      return errorOf('unauthenticated', { detail: 'On this server, people sign in.' });
    if (user.id !== ANONYMOUS.id) {
      const here = connections.ofUser(user.id).length;
      // The server's own clients, without a session, are the same users on every node.
      const count = connection.session === null ? here : connections.countOfUser(user.id);
      if (count >= connectionsPerUser) {
        metrics.rateLimited.add('connections');
        return errorOf('too-many', {
          detail: `You have as many tabs open as one person may have (${connectionsPerUser}). Close some; this one comes in by itself.`,
          retryAfterMs:
            here >= connectionsPerUser
              ? CONNECTION_LIMITS.retryMs
              : CONNECTION_LIMITS.retryElsewhereMs,
        });
      }
      connections.addToUser(user.id, connection);
    }
    connection.onAuthenticated(user);
    return null;
  }

  async reauthenticate(connection: Connection, token: string): Promise<void> {
    const { authenticator, metrics } = this.#options;
    const holder = await authenticator.findByToken(token);
    if (connection.ended) return;
    if (holder === null || holder.user.id !== connection.user?.id) {
      metrics.reauthentications.add('refused');
      connection.close('unauthenticated');
      return;
    }
    metrics.reauthentications.add('renewed');
    connection.session = holder.session;
    connection.authenticatedUntil(holder.expiresAt);
  }

  /** Counts a harmful update, and closes the connection when it was one too many (W19). */
  onUpdateRefused(connection: Connection, error: ErrorBody): void {
    if (!isHarmful(error)) return;
    const { violations, metrics } = this.#options;
    if (violations.add(senderOf(connection, connection.user)) === 'tolerated') return;
    metrics.rateLimited.add('violations');
    connection.close('invalid-update', error);
  }

  pauseWhileFull(connection: Connection, document: string): void {
    const { isFull, connections } = this.#options;
    if (isFull(document)) connections.pause(connection);
  }
}

/** Anonymous readers share an id, so only their address counts. */
function senderOf({ address }: Connection, user: User | null): Sender {
  return { user: user === null || user.id === ANONYMOUS.id ? null : user.id, address };
}
