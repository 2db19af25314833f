/** Ends an upload or a download whose access has ended (FI6), which hardly moves, or which takes too long (FI7). */
import { OBJECTS } from '../storage/limits.ts';
import { FILES } from './limits.ts';
import type { Clock } from '../runtime/clock.ts';

export interface TransferWatchOptions {
  /** Reads it from the database, since another node may have changed it. */
  readonly isAllowed: () => Promise<boolean>;
  readonly clock: Clock;
}

export class TransferEnded extends Error {
  /** `unchecked`: the database did not tell whether access lasts. */
  readonly reason: 'access-ended' | 'unchecked' | 'stalled' | 'too-slow';

  constructor(reason: TransferEnded['reason']) {
    super(`the transfer of a file was ended: ${reason}`);
    this.name = 'TransferEnded';
    this.reason = reason;
  }
}

export class TransferWatch implements Disposable {
  readonly #isAllowed: () => Promise<boolean>;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #timer: unknown = null;
  #movedBytes = 0;
  #startedMs = 0;
  #countedFromMs = 0;
  #stallTimeoutMs: number = FILES.stallTimeoutMs;
  #isOver = false;

  constructor({ isAllowed, clock }: TransferWatchOptions) {
    this.#isAllowed = isAllowed;
    this.#clock = clock;
  }

  start(): void {
    this.#startedMs = this.#countedFromMs = this.#clock.monotonicMs();
    this.#schedule();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  moved(bytes: number): void {
    this.#movedBytes += bytes;
  }

  /** All bytes have moved, and the disk or the bucket has the next word. */
  waitForStorage(): void {
    this.#countedFromMs = this.#clock.monotonicMs();
    this.#stallTimeoutMs = FILES.storeTimeoutMs;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimeout(() => void this.#check(), FILES.accessIntervalMs);
  }

  async #check(): Promise<void> {
    const tookMs = this.#clock.monotonicMs() - this.#startedMs;
    if (tookMs > OBJECTS.transferTimeoutMs) return this.#end('too-slow');
    if (this.#isStalled()) return this.#end('stalled');
    // A database that does not answer allows nothing, and forbids nothing for good.
    const isAllowed = await this.#isAllowed().catch(() => null);
    if (this.#isOver) return;
    if (isAllowed !== true) return this.#end(isAllowed === null ? 'unchecked' : 'access-ended');
    this.#schedule();
  }

  #isStalled(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (this.#movedBytes >= FILES.minProgressBytes) {
      this.#movedBytes = 0;
      this.#countedFromMs = nowMs;
    }
    return nowMs - this.#countedFromMs > this.#stallTimeoutMs;
  }

  #end(reason: TransferEnded['reason']): void {
    this.#isOver = true;
    this.#controller.abort(new TransferEnded(reason));
  }
}
