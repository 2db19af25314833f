/**
 * A set with a size limit: one element too many evicts the oldest. Elements may also share a key, such as
 * an address, whose number is limited, so that one flooder evicts mostly its own.
 */
export interface Evictable {
  readonly key: string | null;
  evict(): void;
}

export interface EvictingSetLimits {
  readonly max: number;
  readonly maxPerKey?: number;
}

export class EvictingSet<T extends Evictable> {
  readonly #max: number;
  readonly #maxPerKey: number;
  readonly #elements = new Set<T>();
  readonly #countByKey = new Map<string, number>();

  constructor({ max, maxPerKey = max }: EvictingSetLimits) {
    this.#max = max;
    this.#maxPerKey = maxPerKey;
  }

  get size(): number {
    return this.#elements.size;
  }

  hasRoomFor(key: string | null): boolean {
    return key === null || (this.#countByKey.get(key) ?? 0) < this.#maxPerKey;
  }

  add(element: T): void {
    this.#elements.add(element);
    const { key } = element;
    if (key !== null) this.#countByKey.set(key, (this.#countByKey.get(key) ?? 0) + 1);
    if (this.#elements.size <= this.#max) return;
    const [oldest] = this.#elements;
    if (oldest === undefined) return;
    this.delete(oldest);
    oldest.evict();
  }

  delete(element: T): boolean {
    if (!this.#elements.delete(element)) return false;
    const { key } = element;
    if (key === null) return true;
    const left = (this.#countByKey.get(key) ?? 1) - 1;
    if (left === 0) this.#countByKey.delete(key);
    else this.#countByKey.set(key, left);
    return true;
  }
}
