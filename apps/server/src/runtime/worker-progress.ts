/**
 * The current work of a worker thread, in shared memory: a stuck worker cannot send messages, and the supervisor
 * still reads what it is doing.
 */
import { MAX_DOCUMENT_ID_LENGTH } from '@tandem/protocol';

/** `apply`: one update. `load` and `read`: work that grows with the document. */
export type WorkPhase = 'load' | 'apply' | 'read';

export interface Work {
  readonly phase: WorkPhase;
  readonly document: string;
  readonly subscription: number;
  readonly cseq: number;
  readonly budgetMs: number;
}

export interface WorkerProgress {
  begin(work: Work): void;
  extend(budgetMs: number): void;
  end(): void;
}

export const noWorkerProgress: WorkerProgress = { begin() {}, extend() {}, end() {} };

const PHASES = [null, 'load', 'apply', 'read'] as const;
const COUNT = 0;
const PHASE = 1;
const NAME_LENGTH = 2;
const RECEIVED = 3;
const INTEGERS = 4;
const NUMBERS = 3;
const BYTES =
  INTEGERS * Int32Array.BYTES_PER_ELEMENT +
  NUMBERS * Float64Array.BYTES_PER_ELEMENT +
  MAX_DOCUMENT_ID_LENGTH;

export class SharedWorkerProgress implements WorkerProgress {
  readonly #integers: Int32Array;
  readonly #numbers: Float64Array;
  readonly #name: Uint8Array;
  readonly #encoder = new TextEncoder();
  #written = '';

  constructor(memory: SharedArrayBuffer) {
    this.#integers = new Int32Array(memory, 0, INTEGERS);
    this.#numbers = new Float64Array(memory, this.#integers.byteLength, NUMBERS);
    this.#name = new Uint8Array(
      memory,
      this.#integers.byteLength + this.#numbers.byteLength,
      MAX_DOCUMENT_ID_LENGTH,
    );
  }

  static createMemory(): SharedArrayBuffer {
    return new SharedArrayBuffer(BYTES);
  }

  begin(work: Work): void {
    if (this.#written !== work.document) {
      this.#integers[NAME_LENGTH] = this.#encoder.encodeInto(work.document, this.#name).written;
      this.#written = work.document;
    }
    this.#numbers[0] = work.subscription;
    this.#numbers[1] = work.cseq;
    this.#numbers[2] = work.budgetMs;
    Atomics.store(this.#integers, PHASE, PHASES.indexOf(work.phase));
    Atomics.add(this.#integers, COUNT, 1);
  }

  extend(budgetMs: number): void {
    this.#numbers[2] = budgetMs;
  }

  end(): void {
    Atomics.store(this.#integers, PHASE, 0);
  }

  /** For the worker: a message of the supervisor has arrived. */
  receive(): void {
    Atomics.add(this.#integers, RECEIVED, 1);
  }

  /** Messages that have arrived. */
  get received(): number {
    return Atomics.load(this.#integers, RECEIVED);
  }

  /** Incremented with each piece of work. */
  get count(): number {
    return Atomics.load(this.#integers, COUNT);
  }

  /** Consistent only while the worker is stuck. */
  get work(): Work | null {
    const phase = PHASES[Atomics.load(this.#integers, PHASE)] ?? null;
    if (phase === null) return null;
    const name = this.#name.slice(0, this.#integers[NAME_LENGTH]);
    const [subscription = 0, cseq = 0, budgetMs = 0] = this.#numbers;
    return { phase, document: new TextDecoder().decode(name), subscription, cseq, budgetMs };
  }
}
