import type { Connection } from './connection.ts';

/** The open connections of this server, by user and by address. */
export class ConnectionRegistry implements Iterable<Connection> {
  readonly #connections = new Set<Connection>();
  /** A list takes less room than a set, and most users have one connection. */
  readonly #byUser = new Map<string, readonly Connection[]>();
  readonly #countByAddress = new Map<string, number>();
  #state: 'open' | 'draining' = 'open';

  /** Whether new connections are accepted. */
  get state(): 'open' | 'draining' {
    return this.#state;
  }

  get size(): number {
    return this.#connections.size;
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#connections.values();
  }

  drain(): void {
    this.#state = 'draining';
  }

  add(connection: Connection): void {
    this.#connections.add(connection);
    const { address } = connection;
    if (address !== null) this.#countByAddress.set(address, this.countOfAddress(address) + 1);
  }

  /** After authentication, for users who have an id of their own. */
  addToUser(user: string, connection: Connection): void {
    this.#byUser.set(user, this.ofUser(user).concat(connection));
  }

  ofUser(user: string): readonly Connection[] {
    return this.#byUser.get(user) ?? [];
  }

  countOfAddress(address: string | null): number {
    return address === null ? 0 : (this.#countByAddress.get(address) ?? 0);
  }

  delete(connection: Connection): void {
    const { address, user } = connection;
    this.#connections.delete(connection);
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
}
