/**
 * Connections that have not been authenticated, and the bytes they have sent. A client authenticates within
 * a moment, so when there are too many connections the oldest is evicted.
 */
import { HANDSHAKE } from '../limits.ts';
import { EvictingSet, type Evictable } from '../runtime/evicting-set.ts';

export class PreAuthConnections {
  readonly #connections = new EvictingSet<Evictable>({
    max: HANDSHAKE.maxConnections,
    maxPerKey: HANDSHAKE.maxConnectionsPerAddress,
  });
  readonly #bytes = new Map<Evictable, number>();
  #totalBytes = 0;

  hasRoomFor(address: string | null): boolean {
    return this.#connections.hasRoomFor(address);
  }

  add(connection: Evictable): void {
    this.#connections.add(connection);
  }

  /** Counts received bytes. @returns false when all of these connections together hold too many. */
  tryTakeBytes(connection: Evictable, bytes: number): boolean {
    if (this.#totalBytes + bytes > HANDSHAKE.maxBytes) return false;
    this.#totalBytes += bytes;
    this.#bytes.set(connection, (this.#bytes.get(connection) ?? 0) + bytes);
    return true;
  }

  delete(connection: Evictable): void {
    this.#connections.delete(connection);
    this.#totalBytes -= this.#bytes.get(connection) ?? 0;
    this.#bytes.delete(connection);
  }
}
