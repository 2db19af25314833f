/** Takes uploads into the object store, within the limits. The rules are in README.md and PROTOCOL.md. */
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Configuration } from '../configuration/configuration.ts';
import { FILES } from './limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import { ConcurrencyLimiter } from '../runtime/concurrency-limiter.ts';
import {
  findFile,
  reserveFile,
  storeFile,
  wasDeleted,
  type FileQuotas,
  type Reservation,
  type StoredFileRow,
} from '../storage/files.ts';
import { newObjectKey, type ObjectStore } from '../storage/objects/object-store.ts';
import type { Database } from '../storage/tables.ts';
import type { FileDeletion } from './file-deletion.ts';
import { readFileType } from './file-type.ts';
import { DiskFull, FreeSpace } from './free-space.ts';
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
  | Exclude<Reservation, 'reserved'>
  | 'disk-full'
  /** A person has deleted it. */
  | 'deleted'
  /** Another file has the id. */
  | 'taken'
  | 'incomplete'
  | TransferEnded['reason'];

export type UploadOutcome =
  | { readonly kind: 'stored'; readonly file: StoredFileRow }
  | { readonly kind: 'refused'; readonly reason: Refusal };

export class FileUploads {
  readonly #options: FileUploadsOptions;
  readonly #quotas: FileQuotas;
  readonly #space: FreeSpace;
  readonly #running = new ConcurrencyLimiter(FILES.maxUploadsPerUser);
  /** One reservation after the other, so that uploads of this node never pass a quota together. */
  #reserving: Promise<unknown> = Promise.resolve();

  constructor(options: FileUploadsOptions) {
    this.#options = options;
    const { bytesPerDocument, bytesPerUser } = options.limits;
    this.#quotas = {
      ...{ bytesPerDocument, bytesPerUser },
      filesPerDocument: FILES.maxPerDocument,
      filesPerUser: FILES.maxPerUser,
      blockBytes: FILES.blockBytes,
    };
    this.#space = new FreeSpace(options);
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
    const { db, objects, limits } = this.#options;
    if (upload.size > limits.maxFileBytes) return refused('too-large');
    using running = this.#running.tryBegin(upload.user);
    if (running === null) return refused('too-many');
    const earlier = await findFile(db, upload);
    // The answer of an earlier attempt was lost, or its bytes were.
    if (earlier !== null && (await objects.has(earlier.key)))
      return await this.#compare(upload, earlier);
    if (earlier === null && (await wasDeleted(db, upload))) return refused('deleted');
    const key = newObjectKey();
    const reserved = await this.#reserve(upload, key);
    if (reserved !== 'reserved') return refused(reserved);
    let isKept = false;
    try {
      const outcome = (await this.#space.hasRoom())
        ? await this.#store(upload, { key, lost: earlier?.key ?? null })
        : refused('disk-full');
      isKept = outcome.kind === 'stored' && outcome.file.key === key;
      return outcome;
    } finally {
      if (!isKept) await this.#options.deletion.discard(key);
    }
  }

  async #reserve({ document, id, name, size, user }: Upload, key: string): Promise<Reservation> {
    const { db, clock } = this.#options;
    const reservation = this.#reserving.then(() =>
      reserveFile(db, { key, document, id, name, size, user, at: clock.now() }, this.#quotas),
    );
    this.#reserving = reservation.catch(() => undefined);
    return await reservation;
  }

  /** Reads the bytes and stores nothing. */
  async #compare(upload: Upload, stored: StoredFileRow): Promise<UploadOutcome> {
    if (upload.size !== stored.size) return refused('taken');
    const body = await this.#receive(upload, async (measured, signal) => {
      try {
        await finished(measured.resume(), { signal });
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    });
    if (!(body instanceof MeasuredBody)) return body;
    return body.digest() === stored.hash ? { kind: 'stored', file: stored } : refused('taken');
  }

  async #store(
    upload: Upload,
    { key, lost }: { readonly key: string; readonly lost: string | null },
  ): Promise<UploadOutcome> {
    const { db, objects } = this.#options;
    const { document, id, size } = upload;
    const body = await this.#receive(upload, (measured, signal) =>
      objects.write({ key, size, body: measured, signal }),
    );
    if (!(body instanceof MeasuredBody)) return body;
    const content = { hash: body.digest(), ...readFileType(body.head) };
    const file = await storeFile(db, { key, document, id, lost }, content);
    // The sweep has taken the row: the upload took longer than one can last (FS4).
    if (file === null) return refused('stalled');
    return file.hash === content.hash ? { kind: 'stored', file } : refused('taken');
  }

  /** @returns the body, once all of it was taken and its sender may still write */
  async #receive(
    { size, body: source, isAllowed }: Upload,
    take: (body: MeasuredBody, signal: AbortSignal) => Promise<void>,
  ): Promise<MeasuredBody | UploadOutcome> {
    const { metrics, clock } = this.#options;
    using watch = new TransferWatch({ isAllowed, clock });
    watch.start();
    const checkSpace = this.#space.watch();
    let missing = size;
    const body = MeasuredBody.of(source, (bytes) => {
      watch.moved(bytes);
      metrics.fileBytes.add('in', bytes);
      missing -= bytes;
      if (missing === 0) watch.waitForStorage();
      return checkSpace(bytes);
    });
    try {
      await take(body, watch.signal);
    } catch (error) {
      body.destroy();
      if (error instanceof TransferEnded) return refused(error.reason);
      if (error instanceof BodyIncomplete) return refused('incomplete');
      if (error instanceof DiskFull) return refused('disk-full');
      throw error;
    }
    return (await isAllowed()) ? body : refused('access-ended');
  }
}

function refused(reason: Refusal): UploadOutcome {
  return { kind: 'refused', reason };
}
