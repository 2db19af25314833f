/** The open connections of this server: by user, by address, before authentication, and paused. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorBody, User } from '@tandem/protocol';
import { DRAIN } from '../limits.ts';
import { PreAuthConnections } from '../rate-limits/pre-auth-connections.ts';
import type { Connection, ConnectionOwner } from './connection.ts';

export class ConnectionRegistry implements Iterable<Connection>, ConnectionOwner {
  readonly #connections = new Set<Connection>();
  readonly #preAuth: PreAuthConnections;
  readonly #paused = new Set<Connection>();
  /** A list takes less room than a set, and most users have one connection. */
  readonly #byUser = new Map<string, readonly Connection[]>();
  readonly #countByAddress = new Map<string, number>();
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

  countOfAddress(address: string | null): number {
    return address === null ? 0 : (this.#countByAddress.get(address) ?? 0);
  }

  hasRoomFor(address: string | null): boolean {
    return this.#preAuth.hasRoomFor(address);
  }

  onStarted(connection: Connection): void {
    this.#connections.add(connection);
    const { address } = connection;
    if (address !== null) this.#countByAddress.set(address, this.countOfAddress(address) + 1);
    this.#preAuth.add(connection);
  }

  tryTakeBytes(connection: Connection, bytes: number): boolean {
    return this.#preAuth.tryTakeBytes(connection, bytes);
  }

  addToUser(user: string, connection: Connection): void {
    this.#byUser.set(user, this.ofUser(user).concat(connection));
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
    if (address !== null) {
      const left = this.countOfAddress(address) - 1;
      if (left <= 0) this.#countByAddress.delete(address);
      else this.#countByAddress.set(address, left);
    }
    if (user !== null) {
      const left = this.ofUser(user.id).filter((other) => other !== connection);
      if (left.length === 0) this.#byUser.delete(user.id);
      else this.#byUser.set(user.id, left);
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
}
