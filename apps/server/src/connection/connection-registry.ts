/** The open connections of this server: by user, by address, before authentication, and paused. */
import { ANONYMOUS } from '../accounts/people.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorBody, User } from '@tandem/protocol';
import { DRAIN } from '../limits.ts';
import { PreAuthConnections } from '../rate-limits/pre-auth-connections.ts';
import type { Connection, ConnectionOwner } from './connection.ts';

/** Limits of connections that count in the whole cluster: LI1. */
export type ConnectionLimit = 'user' | 'address';

/** The connections of other nodes. */
export interface ElsewhereCounts {
  count(limit: ConnectionLimit, key: string): number;
  /** The number of connections here has changed. */
  changed(limit: ConnectionLimit, key: string): void;
}

export class ConnectionRegistry implements Iterable<Connection>, ConnectionOwner {
  readonly #connections = new Set<Connection>();
  readonly #preAuth: PreAuthConnections;
  readonly #paused = new Set<Connection>();
  /** A list takes less room than a set, and most users have one connection. */
  readonly #byUser = new Map<string, readonly Connection[]>();
  readonly #countByAddress = new Map<string, number>();
  #elsewhere: ElsewhereCounts | null = null;
  #state: 'open' | 'draining' = 'open';

  constructor(preAuth = new PreAuthConnections()) {
    this.#preAuth = preAuth;
  }

  get state(): 'open' | 'draining' {
    return this.#state;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#connections.values();
  }

  ofUser(user: string): readonly Connection[] {
    return this.#byUser.get(user) ?? [];
  }

  /** On all nodes. */
  countOfUser(user: string): number {
    return this.ofUser(user).length + (this.#elsewhere?.count('user', user) ?? 0);
  }

  /** On all nodes. */
  countOfAddress(address: string | null): number {
    if (address === null) return 0;
    return this.#countHere(address) + (this.#elsewhere?.count('address', address) ?? 0);
  }

  /** The connections that count for a limit on this node. */
  held(limit: ConnectionLimit, max: number) {
    return limit === 'user'
      ? { max, of: (user: string) => this.ofUser(user).length, keys: () => this.#byUser.keys() }
      : {
          max,
          of: (address: string) => this.#countHere(address),
          keys: () => this.#countByAddress.keys(),
        };
  }

  setElsewhere(elsewhere: ElsewhereCounts): void {
    this.#elsewhere = elsewhere;
  }

  hasRoomFor(address: string | null): boolean {
    return this.#preAuth.hasRoomFor(address);
  }

  onStarted(connection: Connection): void {
    this.#connections.add(connection);
    const { address } = connection;
    if (address !== null) this.#changeAddress(address, 1);
    this.#preAuth.add(connection);
  }

  tryTakeBytes(connection: Connection, bytes: number): boolean {
    return this.#preAuth.tryTakeBytes(connection, bytes);
  }

  addToUser(user: string, connection: Connection): void {
    this.#byUser.set(user, this.ofUser(user).concat(connection));
    this.#elsewhere?.changed('user', user);
  }

  onAuthenticated(connection: Connection): void {
    this.#preAuth.delete(connection);
  }

  pause(connection: Connection): void {
    if (this.#paused.has(connection)) return;
    this.#paused.add(connection);
    connection.pause();
  }

  resumeAll(): void {
    for (const connection of this.#paused) connection.resume();
    this.#paused.clear();
  }

  renameUser(user: User): void {
    for (const connection of this.ofUser(user.id)) connection.user = user;
  }

  /** AC12: the server's own clients, which have no session, stay; those of whom nobody can tell now come back. */
  async endGuests(isGuest: (user: string) => Promise<boolean>): Promise<void> {
    for (const connection of [...this.#connections]) {
      const { user, session } = connection;
      if (user === null) continue;
      const isOver =
        session === null ? user.id === ANONYMOUS.id : await isGuest(user.id).catch(() => true);
      if (isOver) connection.close('unauthenticated');
    }
  }

  sessions(): ReadonlySet<string> {
    const sessions = new Set<string>();
    for (const { session } of this.#connections) if (session !== null) sessions.add(session);
    return sessions;
  }

  endSession(session: string): void {
    for (const connection of this.#connections)
      if (connection.session === session) connection.close('unauthenticated');
  }

  /** Sends everyone away at once, to try again later or elsewhere. */
  closeAll(): void {
    for (const connection of this.#connections) connection.close('storage-failed');
  }

  commandStorageChanged(error: ErrorBody | null): void {
    for (const connection of this.#connections) connection.commandStorageChanged(error);
  }

  onEnded(connection: Connection): void {
    const { address, user } = connection;
    this.#connections.delete(connection);
    this.#preAuth.delete(connection);
    this.#paused.delete(connection);
    if (address !== null) this.#changeAddress(address, -1);
    if (user !== null) {
      const left = this.ofUser(user.id).filter((other) => other !== connection);
      if (left.length === 0) this.#byUser.delete(user.id);
      else this.#byUser.set(user.id, left);
      this.#elsewhere?.changed('user', user.id);
    }
  }

  /**
   * Sends all clients away, each to reconnect at another moment; messages that arrived before are still
   * answered.
   */
  async drain(): Promise<void> {
    this.#state = 'draining';
    const { size } = this.#connections;
    const spreadMs = Math.max(DRAIN.spreadMs, (size / DRAIN.connectionsPerSecond) * 1_000);
    for (const connection of this.#connections)
      connection.sendGoaway(Math.floor(Math.random() * spreadMs));
    if (size > 0) await sleep(DRAIN.flushMs);
    const closing = [...this.#connections];
    await Promise.all(closing.map((connection) => connection.restart()));
    for (const connection of closing) connection.terminate();
  }

  #countHere(address: string): number {
    return this.#countByAddress.get(address) ?? 0;
  }

  #changeAddress(address: string, change: 1 | -1): void {
    const count = this.#countHere(address) + change;
    if (count <= 0) this.#countByAddress.delete(address);
    else this.#countByAddress.set(address, count);
    this.#elsewhere?.changed('address', address);
  }
}
