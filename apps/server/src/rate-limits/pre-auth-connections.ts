/**
 * Connections that have not said who they are. Honest ones are here for a moment, so of too many the
 * oldest go first: whoever fills the place pushes out their own.
 */
import { HANDSHAKE } from '../limits.ts';

export interface PreAuthConnection {
  /** Null: not counted by address. */
  readonly address: string | null;
  /** There are too many. */
  evict(): void;
}

export interface PreAuthLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

export class PreAuthConnections<S extends PreAuthConnection> {
  readonly #limits: PreAuthLimits;
  /** Oldest first. */
  readonly #preAuthConnections = new Set<S>();
  readonly #perAddress = new Map<string, number>();

  constructor(
    limits: PreAuthLimits = {
      inAll: HANDSHAKE.maxConnections,
      perAddress: HANDSHAKE.maxConnectionsPerAddress,
    },
  ) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#preAuthConnections.size;
  }

  /** Whether another of this address may come. */
  hasRoomFor(address: string | null): boolean {
    return address === null || (this.#perAddress.get(address) ?? 0) < this.#limits.perAddress;
  }

  add(stranger: S): void {
    this.#preAuthConnections.add(stranger);
    const { address } = stranger;
    if (address !== null) this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    if (this.#preAuthConnections.size <= this.#limits.inAll) return;
    const [oldest] = this.#preAuthConnections;
    if (oldest === undefined) return;
    this.remove(oldest);
    oldest.evict();
  }

  /** It has said who it is, or is gone. */
  remove(stranger: S): void {
    if (!this.#preAuthConnections.delete(stranger)) return;
    const { address } = stranger;
    if (address === null) return;
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, left);
  }
}

/** What all strangers together have sent and the server holds for them. */
export class PreAuthBytes {
  #taken = 0;

  take(bytes: number): boolean {
    if (this.#taken + bytes > HANDSHAKE.maxBytes) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
