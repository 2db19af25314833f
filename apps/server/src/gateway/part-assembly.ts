/** Puts a message together from its parts, one at a time per connection. */
import { MAX_MESSAGE_BYTES, type MessagePart } from '@tandem/protocol';

export type Assembled =
  | { readonly kind: 'more' }
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large' };

export class PartAssembly {
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** Whether a message has begun; only its next part may follow. */
  get open(): boolean {
    return this.#parts.length > 0;
  }

  add(part: MessagePart): Assembled {
    this.#bytes += part.bytes.byteLength;
    if (this.#bytes > MAX_MESSAGE_BYTES) {
      this.#reset();
      return { kind: 'too-large' };
    }
    this.#parts.push(part.bytes);
    if (!part.last) return { kind: 'more' };
    const bytes = Buffer.concat(this.#parts);
    this.#reset();
    return { kind: 'whole', bytes };
  }

  #reset(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
