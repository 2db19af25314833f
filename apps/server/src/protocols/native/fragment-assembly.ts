/** Assembles a fragmented message, one at a time per connection, and drops one that does not progress (W7). */
import { MAX_MESSAGE_BYTES, type MessageFragment } from '@tandem/protocol';
import { FRAGMENTS } from '../../limits.ts';
import { Deadline, type Expiring, type TimerWheel } from '../../runtime/timer-wheel.ts';

export type Assembled =
  | { readonly kind: 'more' }
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' };

export class FragmentAssembly implements Expiring, Disposable {
  readonly #wheel: TimerWheel;
  readonly #onLate: () => void;
  readonly #deadline = new Deadline(this);
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor({ wheel, onLate }: { readonly wheel: TimerWheel; readonly onLate: () => void }) {
    this.#wheel = wheel;
    this.#onLate = onLate;
  }

  get open(): boolean {
    return this.#parts.length > 0;
  }

  add(part: MessageFragment): Assembled {
    this.#bytes += part.bytes.byteLength;
    if (this.#bytes > MAX_MESSAGE_BYTES) {
      this.#reset();
      return { kind: 'too-large' };
    }
    const isFirst = this.#parts.push(part.bytes) === 1;
    if (isFirst || part.bytes.byteLength >= FRAGMENTS.minProgressBytes)
      this.#wheel.arm(this.#deadline, FRAGMENTS.timeoutMs);
    if (!part.last) return { kind: 'more' };
    const bytes = Buffer.concat(this.#parts);
    this.#reset();
    return { kind: 'whole', bytes };
  }

  expire(): void {
    this.#reset();
    this.#onLate();
  }

  [Symbol.dispose](): void {
    this.#reset();
  }

  #reset(): void {
    this.#wheel.disarm(this.#deadline);
    this.#parts = [];
    this.#bytes = 0;
  }
}
