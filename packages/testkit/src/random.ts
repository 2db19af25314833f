/** Randomness as an argument; `{ next: Math.random }` is one. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number;
}

/**
 * A repeatable generator: the same seed gives the same numbers on every machine. The algorithm is
 * sfc32 (Chris Doty-Humphrey, PractRand), its state spread from the seed by splitmix32.
 */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed only its lower 32 bits count */
  constructor(seed: number) {
    const spread = splitmix32(seed);
    this.#a = spread();
    this.#b = spread();
    this.#c = spread();
    // The first dozen outputs still resemble those of neighbouring seeds.
    for (let i = 0; i < 12; i++) this.uint32();
  }

  uint32(): number {
    const result = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  next(): number {
    return this.uint32() / 2 ** 32;
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError when `items` is empty */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.int(0, items.length - 1)]!;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.uint32() & 0xff);
  }

  /** Returns an independent stream: draws from one do not shift the other. */
  fork(): SeededRandom {
    return new SeededRandom(this.uint32());
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
