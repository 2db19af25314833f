/** Takes uploads into the object store, within the limits. The rules are in README.md and PROTOCOL.md. */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Configuration } from '../configuration/configuration.ts';
import { FILES } from './limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import { ConcurrencyLimiter } from '../runtime/concurrency-limiter.ts';
import { findFile, reserveFile, storeFile, type StoredFileRow } from '../storage/files.ts';
import type { ObjectStore } from '../storage/objects/object-store.ts';
import type { Database } from '../storage/tables.ts';
import type { FileDeletion } from './file-deletion.ts';
import { readFileType } from './file-type.ts';
import { BodyIncomplete, MeasuredBody } from './measured-body.ts';
import { TransferEnded, TransferWatch } from './transfer-watch.ts';

export interface FileUploadsOptions {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly deletion: FileDeletion;
  readonly limits: Configuration['files'];
  readonly metrics: Pick<Metrics, 'fileTransfers' | 'fileBytes'>;
  readonly clock: Clock;
}

export interface Upload {
  readonly document: string;
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly user: string;
  readonly body: Readable;
  readonly isAllowed: () => Promise<boolean>;
}

type Refusal =
  | 'too-large'
  | 'too-many'
  | 'document-full'
  | 'user-full'
  | 'disk-full'
  /** Another file has the id. */
  | 'taken'
  | 'incomplete'
  | TransferEnded['reason'];

export type UploadOutcome =
  | { readonly kind: 'stored'; readonly file: StoredFileRow }
  | { readonly kind: 'refused'; readonly reason: Refusal };

const KEY_BYTES = 16;

export class FileUploads {
  readonly #options: FileUploadsOptions;
  readonly #running = new ConcurrencyLimiter(FILES.maxUploadsPerUser);
  /** One reservation after the other, so that uploads of this node never pass a quota together. */
  #reserving: Promise<unknown> = Promise.resolve();

  constructor(options: FileUploadsOptions) {
    this.#options = options;
  }

  get maxFileBytes(): number {
    return this.#options.limits.maxFileBytes;
  }

  /** @throws StorageError */
  async take(upload: Upload): Promise<UploadOutcome> {
    const { metrics } = this.#options;
    try {
      const outcome = await this.#take(upload);
      metrics.fileTransfers.of('upload').add(outcome.kind === 'stored' ? 'done' : 'refused');
      return outcome;
    } catch (error) {
      metrics.fileTransfers.of('upload').add('failed');
      throw error;
    }
  }

  async #take(upload: Upload): Promise<UploadOutcome> {
    const { objects, limits } = this.#options;
    const { size, user, document, id } = upload;
    if (size > limits.maxFileBytes) return refused('too-large');
    using running = this.#running.tryBegin(user);
    if (running === null) return refused('too-many');
    const free = await objects.freeBytes();
    if (free !== null && free < size + FILES.minFreeBytes) return refused('disk-full');
    const key = randomBytes(KEY_BYTES).toString('hex');
    const reserved = await this.#reserve(upload, key);
    if (reserved !== 'reserved') {
      // The answer of an earlier attempt was lost.
      const file = await findFile(this.#options.db, { document, id });
      return file?.created_by === user && file.size === size
        ? { kind: 'stored', file }
        : refused(reserved);
    }
    let isKept = false;
    try {
      const outcome = await this.#write(upload, key);
      isKept = outcome.kind === 'stored' && outcome.file.key === key;
      return outcome;
    } finally {
      if (!isKept) await this.#options.deletion.discard(key);
    }
  }

  async #reserve({ document, id, name, size, user }: Upload, key: string) {
    const { db, limits, clock } = this.#options;
    const reservation = this.#reserving.then(() =>
      reserveFile(db, { key, document, id, name, size, user, at: clock.now() }, limits),
    );
    this.#reserving = reservation.catch(() => undefined);
    return await reservation;
  }

  async #write(upload: Upload, key: string): Promise<UploadOutcome> {
    const { db, objects, metrics, clock } = this.#options;
    const { document, id, size, body: source, isAllowed } = upload;
    using watch = new TransferWatch({ isAllowed, clock });
    watch.start();
    const body = MeasuredBody.of(source, (bytes) => {
      watch.moved(bytes);
      metrics.fileBytes.add('in', bytes);
    });
    try {
      await objects.write({ key, size, body, signal: watch.signal });
    } catch (error) {
      body.destroy();
      if (error instanceof TransferEnded) return refused(error.reason);
      if (error instanceof BodyIncomplete) return refused('incomplete');
      throw error;
    }
    if (!(await isAllowed())) return refused('access-ended');
    const hash = body.digest();
    const file = await storeFile(db, { key, document, id }, { hash, ...readFileType(body.head) });
    // The sweep has taken the row: the upload took longer than one can last (FS4).
    if (file === null) return refused('stalled');
    return file.hash === hash ? { kind: 'stored', file } : refused('taken');
  }
}

function refused(reason: Refusal): UploadOutcome {
  return { kind: 'refused', reason };
}
