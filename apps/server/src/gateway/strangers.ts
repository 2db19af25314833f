/**
 * Connections that have not said who they are. Honest ones are here for a moment, so of too many the
 * oldest go first: whoever fills the place pushes out their own.
 */
import { MAX_STRANGERS, MAX_STRANGERS_BYTES, MAX_STRANGERS_PER_ADDRESS } from '../limits.ts';

export interface Stranger {
  /** Null: not counted by address. */
  readonly address: string | null;
  /** There are too many. */
  pushOut(): void;
}

export interface StrangerLimits {
  readonly inAll: number;
  readonly perAddress: number;
}

export class Strangers<S extends Stranger> {
  readonly #limits: StrangerLimits;
  /** Oldest first. */
  readonly #strangers = new Set<S>();
  readonly #perAddress = new Map<string, number>();

  constructor(
    limits: StrangerLimits = { inAll: MAX_STRANGERS, perAddress: MAX_STRANGERS_PER_ADDRESS },
  ) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#strangers.size;
  }

  /** Whether another of this address may come. */
  admits(address: string | null): boolean {
    return address === null || (this.#perAddress.get(address) ?? 0) < this.#limits.perAddress;
  }

  add(stranger: S): void {
    this.#strangers.add(stranger);
    const { address } = stranger;
    if (address !== null) this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    if (this.#strangers.size <= this.#limits.inAll) return;
    const [oldest] = this.#strangers;
    if (oldest === undefined) return;
    this.remove(oldest);
    oldest.pushOut();
  }

  /** It has said who it is, or is gone. */
  remove(stranger: S): void {
    if (!this.#strangers.delete(stranger)) return;
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
    if (this.#taken + bytes > MAX_STRANGERS_BYTES) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}
