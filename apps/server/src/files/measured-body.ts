/** A body on its way into the object store: counted and hashed, with its beginning at hand. */
import { createHash, type Hash } from 'node:crypto';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { FILES } from './limits.ts';

export class BodyIncomplete extends Error {
  constructor() {
    super('the body of an upload ended early');
    this.name = 'BodyIncomplete';
  }
}

/** @returns a promise when the body must wait; its failure is one of the body */
type OnMoved = (bytes: number) => Promise<void> | null;

export class MeasuredBody extends Transform {
  readonly #onMoved: OnMoved;
  readonly #hash: Hash = createHash('sha256');
  readonly #head: Buffer[] = [];
  #headBytes = 0;

  private constructor(onMoved: OnMoved) {
    super();
    this.#onMoved = onMoved;
  }

  /** When this ends early, the source stays open, because an answer is sent on the same socket. */
  static of(source: Readable, onMoved: OnMoved): MeasuredBody {
    const body = new MeasuredBody(onMoved);
    const onClose = (): void => {
      if (!source.readableEnded) body.destroy(new BodyIncomplete());
    };
    source.once('error', onClose).once('close', onClose);
    body.once('close', () => {
      source.off('close', onClose);
      source.unpipe(body);
    });
    // The reader may begin later, and finds the failure then.
    body.on('error', () => undefined);
    // The sender may be gone already.
    if (source.destroyed) process.nextTick(onClose);
    else source.pipe(body);
    return body;
  }

  get head(): Buffer {
    return Buffer.concat(this.#head);
  }

  /** SHA-256 in hex, once the body has ended. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    const missing = FILES.headBytes - this.#headBytes;
    if (missing > 0) {
      const part = chunk.subarray(0, missing);
      this.#head.push(part);
      this.#headBytes += part.byteLength;
    }
    const waiting = this.#onMoved(chunk.byteLength);
    if (waiting === null) done(null, chunk);
    else void waiting.then(() => done(null, chunk), done);
  }
}
