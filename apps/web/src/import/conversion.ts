/** Reads files in a thread of their own. It ends when a file takes too long, or when nobody waits for the result. */
import type { FileToImport } from './convert-file.ts';
import type { ImportResult, RefusalReason } from './imported.ts';
import { IMPORT_LIMITS } from './limits.ts';
import type {
  ArchivedTextResult,
  ArchiveResult,
  ThreadAnswer,
  ThreadRequest,
} from './thread-messages.ts';

/** One request at a time. */
export interface FileReading {
  readonly convert: (file: FileToImport, signal: AbortSignal) => Promise<ImportResult>;
  readonly openArchive: (blob: Blob, signal: AbortSignal) => Promise<ArchiveResult>;
  /** Of the archive that was opened last. */
  readonly readDocument: (index: number, signal: AbortSignal) => Promise<ArchivedTextResult>;
}

export class ConversionThread implements FileReading {
  #worker: Worker | null = null;
  #hasAnswered = false;
  #archive: Blob | null = null;

  readonly convert: FileReading['convert'] = async (file, signal) =>
    (await this.#ask({ kind: 'file', file }, signal)) as ImportResult;

  readonly openArchive: FileReading['openArchive'] = async (blob, signal) => {
    this.#archive = blob;
    return (await this.#ask({ kind: 'archive', blob }, signal)) as ArchiveResult;
  };

  readonly readDocument: FileReading['readDocument'] = async (index, signal) => {
    // The thread has ended for an earlier document.
    if (this.#worker === null && this.#archive !== null) {
      const opened = await this.#ask({ kind: 'archive', blob: this.#archive }, signal);
      if (opened.kind === 'refused') return opened;
    }
    return (await this.#ask({ kind: 'document', index }, signal)) as ArchivedTextResult;
  };

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#hasAnswered = false;
  }

  #ask(request: ThreadRequest, signal: AbortSignal): Promise<ThreadAnswer> {
    const worker = (this.#worker ??= new Worker(new URL('./import-worker.ts', import.meta.url), {
      type: 'module',
    }));
    return new Promise((resolve) => {
      const end = (answer: ThreadAnswer): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        resolve(answer);
      };
      const fail = (reason: RefusalReason) => (): void => {
        this.close();
        end({ kind: 'refused', reason });
      };
      const abort = fail('unreadable');
      const timer = setTimeout(fail('too-slow'), IMPORT_LIMITS.timeoutMs);
      signal.addEventListener('abort', abort);
      worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => {
        this.#hasAnswered = true;
        end(data);
      };
      // A thread that has never answered has not been loaded.
      worker.onerror = () => fail(this.#hasAnswered ? 'unreadable' : 'not-loaded')();
      worker.postMessage(request);
    });
  }
}
