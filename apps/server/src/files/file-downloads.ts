/** Reads files for people who may read their document, for as long as they may (FI6). */
import { pipeline, Transform, type Readable } from 'node:stream';
import { FILES } from './limits.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Clock } from '../runtime/clock.ts';
import { ConcurrencyLimiter } from '../runtime/concurrency-limiter.ts';
import type { StoredFileRow } from '../storage/files.ts';
import type { ByteRange, ObjectStore } from '../storage/objects/object-store.ts';
import { TransferWatch } from './transfer-watch.ts';

export interface FileDownloadsOptions {
  readonly objects: ObjectStore;
  readonly metrics: Pick<Metrics, 'fileTransfers' | 'fileBytes'>;
  readonly clock: Clock;
}

export interface Download {
  readonly file: StoredFileRow;
  readonly range: ByteRange | undefined;
  /** Null: one of many readers whom nobody can tell apart. They share a limit. */
  readonly user: string | null;
  readonly isAllowed: () => Promise<boolean>;
}

export class FileDownloads {
  readonly #options: FileDownloadsOptions;
  readonly #running = new ConcurrencyLimiter(FILES.maxDownloadsPerUser);
  readonly #ofUnknown = new ConcurrencyLimiter(FILES.maxDownloadsOfUnknown);

  constructor(options: FileDownloadsOptions) {
    this.#options = options;
  }

  /** The stream fails when access ends. @throws StorageError */
  async open({ file, range, user, isAllowed }: Download): Promise<Readable | 'too-many' | null> {
    const { objects, metrics, clock } = this.#options;
    const running = user === null ? this.#ofUnknown.tryBegin('') : this.#running.tryBegin(user);
    if (running === null) return 'too-many';
    try {
      const stream = await objects.read(file.key, range);
      if (stream === null) {
        running[Symbol.dispose]();
        metrics.fileTransfers.of('download').add('failed');
        return null;
      }
      const watch = new TransferWatch({ isAllowed, clock });
      const metered = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          watch.moved(chunk.byteLength);
          metrics.fileBytes.add('out', chunk.byteLength);
          done(null, chunk);
        },
      });
      pipeline(stream, metered, (error) => {
        watch[Symbol.dispose]();
        running[Symbol.dispose]();
        const result = error == null ? 'done' : watch.signal.aborted ? 'refused' : 'failed';
        metrics.fileTransfers.of('download').add(result);
      });
      watch.signal.addEventListener('abort', () => metered.destroy(watch.signal.reason as Error));
      watch.start();
      return metered;
    } catch (error) {
      running[Symbol.dispose]();
      throw error;
    }
  }
}
